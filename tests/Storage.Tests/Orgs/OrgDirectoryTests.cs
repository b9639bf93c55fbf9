using Switchboard.Grains.EventStore;
using Switchboard.Grains.Orgs;
using Switchboard.Testing;
using Switchboard.Testing.InMemory;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Orgs;

/// <summary>The directory against the one in memory, and the cases where SQL has a mind of its own.</summary>
public sealed class OrgDirectoryTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>, IAsyncDisposable
{
    private readonly TestStorage _storage = TestStorage.Connect(fixture.Database);
    private readonly InMemoryStore _model = new();
    private readonly Guid _org = Guid.CreateVersion7();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IOrgDirectory Directory => (IOrgDirectory)_storage.Services.GetService(typeof(IOrgDirectory))!;

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    [Fact]
    public async Task Pages_of_users_are_those_of_the_model()
    {
        foreach (var (email, name, disabled) in new[]
        {
            ("ada@example.com", "Ada", false), ("BOB@example.com".ToLowerInvariant(), "bob", true), ("c_d@example.com", "100%", false),
            ("zoe@example.com", "Zoë", false), ("eve@example.com", "", true), ("x\\y@example.com", "back\\slash", false),
        })
        {
            await AppendAsync(Samples.Create(Samples.User(_org, email) with { Name = name, Disabled = disabled, Verified = name.Length > 3 }));
        }

        await AppendAsync(Samples.Create(Samples.User(Guid.CreateVersion7(), "ada@example.com")));

        foreach (var field in new[] { "name", "email", "created_at", "modified_at" })
        {
            foreach (var filter in new[] { null, "a", "EXAMPLE", "%", "_", "\\", "nobody", "' or true --" })
            {
                foreach (var statuses in new[] { UserStatuses.All, UserStatuses.Disabled, UserStatuses.Active | UserStatuses.Pending, UserStatuses.None })
                {
                    foreach (var page in new[] { 0, 1, 9 })
                    {
                        var query = new UserQuery(_org, filter, statuses, field, page == 1, 4, page);
                        var expected = await _model.ListUsersAsync(query, Token);
                        Json.Of(await Directory.ListUsersAsync(query, Token)).ShouldBe(Json.Of(expected), query.ToString());
                    }
                }
            }
        }
    }

    [Fact]
    public async Task A_user_is_found_by_address_in_any_letter_case_but_only_in_the_organisation()
    {
        var user = Samples.User(_org, "linus@example.com");
        await AppendAsync(Samples.Create(user));

        (await Directory.FindUserByEmailAsync(_org, "Linus@Example.com", Token))!.Id.ShouldBe(user.Id);
        (await Directory.FindUserByEmailAsync(Guid.CreateVersion7(), "linus@example.com", Token)).ShouldBeNull();
        (await Directory.FindUserByEmailAsync(_org, "' or true --", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_key_is_found_by_its_hash_in_any_organisation()
    {
        var key = Samples.Key(_org, Guid.NewGuid().ToString("N"));
        await AppendAsync(Samples.Create(key));

        Json.Of(await Directory.FindKeyByHashAsync(key.Hash, Token)).ShouldBe(Json.Of(key));
        (await Directory.FindKeyByHashAsync("unknown", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_sort_field_that_is_not_known_is_refused()
    {
        await Should.ThrowAsync<ArgumentException>(
            () => Directory.ListUsersAsync(new UserQuery(_org, null, UserStatuses.All, "password_hash; drop table org_user", false, 10, 0), Token).AsTask());
    }

    [Fact]
    public async Task A_text_that_cannot_be_sent_fails_its_own_query_and_no_later_one()
    {
        var user = Samples.User(_org, "tim@example.com");
        await AppendAsync(Samples.Create(user));
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await Should.ThrowAsync<ArgumentException>(() => Directory.FindUserByEmailAsync(_org, "half a pair \ud83d", Token).AsTask());
        }

        (await Directory.FindUserByEmailAsync(_org, "tim@example.com", Token))!.Id.ShouldBe(user.Id);
    }

    private async Task AppendAsync(AppendRequest request)
    {
        (await _storage.Store.AppendAsync(request, Token)).Status.ShouldBe(AppendStatus.Appended);
        (await _model.AppendAsync(request, Token)).Status.ShouldBe(AppendStatus.Appended);
    }
}
