using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.EventStore;

public sealed class AppendTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>, IAsyncDisposable
{
    private readonly TestStorage _storage = TestStorage.Connect(fixture.Database);
    private readonly Guid _org = Guid.CreateVersion7();

    [Fact]
    public async Task An_appended_case_is_read_back_as_it_was_written()
    {
        var project = Samples.Project(_org);
        (await AppendAsync(Samples.Create(project))).Status.ShouldBe(AppendStatus.Appended);
        var one = Samples.Case(project);

        (await AppendAsync(Samples.Open(one))).Status.ShouldBe(AppendStatus.Appended);

        var loaded = await _storage.Rows<CaseSnapshot>().LoadAsync(_org, one.Id, TestContext.Current.CancellationToken);
        Json.Of(loaded).ShouldBe(Json.Of(one));
    }

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    private ValueTask<AppendResult> AppendAsync(AppendRequest request) => _storage.Store.AppendAsync(request, TestContext.Current.CancellationToken);
}
