using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Projects;
using Switchboard.Storage.Databases;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.EventStore;

/// <summary>Connections that are cut around the commit: the answer is true, and nothing happens twice.</summary>
public sealed class LostCommitTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private readonly Guid _org = Guid.CreateVersion7();
    private PostgresProxy _proxy = null!;
    private TestStorage _storage = null!;
    private ProjectSnapshot _project = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _proxy = PostgresProxy.Start(fixture.Database.Server);
        _storage = TestStorage.Connect(_proxy.ConnectionString(fixture.Database.Name), null, ("Storage:AppendConnections", "1"));
        _project = Samples.Project(_org);
        await AppendAsync(Samples.Create(_project));
    }

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Theory]
    [InlineData(CutPoint.BeforeCommit)]
    [InlineData(CutPoint.AfterCommit)]
    public async Task A_new_case_is_there_once(CutPoint point)
    {
        var one = Samples.Case(_project);
        _proxy.CutNext(point, TenantDatabase.WriterName);

        await AppendAsync(Samples.Open(one));

        _proxy.CutsMade.ShouldBe(1);
        (await EventsAsync(one.Id)).ShouldBe([1]);
        (await LoadAsync(one.Id))!.Version.ShouldBe(1);
    }

    [Theory]
    [InlineData(CutPoint.BeforeCommit)]
    [InlineData(CutPoint.AfterCommit)]
    public async Task A_change_is_applied_once(CutPoint point)
    {
        var one = Samples.Case(_project);
        await AppendAsync(Samples.Open(one));
        var change = Samples.SetPriority(one, CasePriority.P1);
        _proxy.CutNext(point, TenantDatabase.WriterName);

        await AppendAsync(change);

        _proxy.CutsMade.ShouldBe(1);
        (await EventsAsync(one.Id)).ShouldBe([1, 2]);
        Json.Of(await LoadAsync(one.Id)).ShouldBe(Json.Of(Samples.CaseOf(change)));
    }

    [Theory]
    [InlineData(CutPoint.BeforeCommit)]
    [InlineData(CutPoint.AfterCommit)]
    public async Task An_answer_without_an_event_is_kept(CutPoint point)
    {
        var one = Samples.Case(_project);
        await AppendAsync(Samples.Open(one));
        var answer = new StoredAnswer(_org, $"PATCH {one.Id}", "hash", "{}");
        _proxy.CutNext(point, TenantDatabase.WriterName);

        await AppendAsync(new AppendRequest(new StreamName(_org, "case", one.Id), 1, [], [], new EventMetadata(Commands.Actor.System, "r"), answer));

        _proxy.CutsMade.ShouldBe(1);
        (await _storage.Store.FindAnswerAsync(_org, answer.Key, Token)).ShouldBe(answer);
    }

    [Theory]
    [InlineData(CutPoint.BeforeCommit)]
    [InlineData(CutPoint.AfterCommit)]
    public async Task A_conflict_in_a_lost_transaction_is_still_a_conflict(CutPoint point)
    {
        var one = Samples.Case(_project);
        await AppendAsync(Samples.Open(one));
        await AppendAsync(Samples.SetPriority(one, CasePriority.P1));
        _proxy.CutNext(point, TenantDatabase.WriterName);

        (await _storage.Store.AppendAsync(Samples.SetPriority(one, CasePriority.P3), Token)).Status.ShouldBe(AppendStatus.VersionConflict);

        (await LoadAsync(one.Id))!.Priority.ShouldBe(CasePriority.P1);
    }

    [Fact]
    public async Task Cuts_at_random_lose_nothing_and_double_nothing()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var cases = Enumerable.Range(1, 30).Select(number => Samples.Case(_project, number)).ToArray();
        await Task.WhenAll(cases.Select(one => AppendAsync(Samples.Open(one))));
        var cuts = cases.Select(_ => Enumerable.Range(0, 20).Select(_ => random.Next(25) == 0 ? (CutPoint?)random.Next(2) : null).ToArray()).ToArray();
        await Task.WhenAll(cases.Select(async (one, number) =>
        {
            for (var (index, state) = (0, one); index < 20; index++)
            {
                if (cuts[number][index] is { } point)
                {
                    _proxy.CutNext(point, TenantDatabase.WriterName);
                }

                var change = Samples.SetPriority(state, (CasePriority)(index % 5));
                await AppendAsync(change);
                state = Samples.CaseOf(change);
            }
        }));

        foreach (var one in cases)
        {
            (await EventsAsync(one.Id)).ShouldBe(Enumerable.Range(1, 21).Select(version => (long)version));
            (await LoadAsync(one.Id))!.Version.ShouldBe(21);
        }

        _proxy.CutsMade.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Numbers_are_never_given_twice_when_their_connection_is_cut()
    {
        var numbers = _storage.Numbers;
        var project = Guid.CreateVersion7();
        await numbers.NextAsync(_org, project, Token);
        _proxy.CutNext(CutPoint.AfterCommit, "switchboard-numbers");
        _proxy.CutNext(CutPoint.BeforeCommit, "switchboard-numbers");

        var taken = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => numbers.NextAsync(_org, project, Token).AsTask()));

        _proxy.CutsMade.ShouldBe(2);
        taken.Select(number => number.InProject).ShouldBeUnique();
        taken.Select(number => number.PublicId).ShouldBeUnique();
        taken.ShouldAllBe(number => number.InProject > 1);
    }

    private async Task AppendAsync(AppendRequest request) =>
        (await _storage.Store.AppendAsync(request, Token)).Status.ShouldBe(AppendStatus.Appended);

    private async Task<long[]> EventsAsync(Guid id) =>
        [.. (await _storage.Store.ReadStreamAsync(_org, id, 1, Token).ToListAsync(Token)).Select(recorded => recorded.Version)];

    private ValueTask<CaseSnapshot?> LoadAsync(Guid id) => _storage.Rows<CaseSnapshot>().LoadAsync(_org, id, Token);
}
