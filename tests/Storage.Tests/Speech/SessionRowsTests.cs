using Microsoft.Extensions.DependencyInjection;
using Switchboard.Grains.Speech.Sessions;
using Switchboard.Speech;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Speech;

public sealed class SessionRowsTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>, IAsyncDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 15, 9, 0, 0, TimeSpan.Zero);

    private readonly TestStorage _storage = TestStorage.Connect(fixture.Database);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ISessionStore Store => _storage.Services.GetRequiredService<ISessionStore>();

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    [Fact]
    public async Task A_session_is_read_as_it_was_written_and_by_its_organisation_only()
    {
        var session = Session();

        (await Store.InsertAsync(session, Token)).ShouldBeTrue();

        var read = await Store.FindAsync(session.OrgId, session.Id, Token);
        read.ShouldNotBeNull().Request.Tags.ShouldBe(session.Request.Tags);
        (read with { Request = session.Request }).ShouldBe(session);
        (await Store.FindAsync(Guid.NewGuid(), session.Id, Token)).ShouldBeNull();
        (await Store.InsertAsync(session, Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task Of_two_writers_of_one_version_one_wins()
    {
        var session = Session();
        await Store.InsertAsync(session, Token);

        var written = await Task.WhenAll(Enumerable.Range(1, 8).Select(async number =>
            await Store.UpdateAsync(session with { Version = 2, AcceptedBytes = number }, Token)));

        written.Count(static won => won).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_silent_and_not_settled_is_found()
    {
        var (silent, lively, settled) = (Session(), Session() with { AliveAt = Now.AddMinutes(5) }, Session() with { Settled = true });
        foreach (var session in new[] { silent, lively, settled })
        {
            await Store.InsertAsync(session, Token);
        }

        var found = await Store.UnsettledAsync(Now.AddMinutes(1), 1000, Token);

        found.ShouldContain((silent.OrgId, silent.Id));
        found.ShouldNotContain((lively.OrgId, lively.Id));
        found.ShouldNotContain((settled.OrgId, settled.Id));
    }

    private static SessionSnapshot Session() => new()
    {
        OrgId = Guid.CreateVersion7(),
        Id = Guid.CreateVersion7(),
        Version = 1,
        Epoch = 1,
        State = SessionState.Live,
        OpenedAt = Now,
        AliveAt = Now,
        Engine = "default/e0",
        AcceptedMilliseconds = 1234,
        Request = new SessionRequest { KeyId = Guid.CreateVersion7(), Path = "/v1/listen?a=b", Model = "m", BilledChannels = 2, Tags = ["t"], Features = ["punctuate"] },
    };
}
