using System.Collections.Concurrent;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Projects;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.EventStore;

/// <summary>A server that stops, crashes, or kills connections under load. Each test has a server of its own.</summary>
public sealed class ServerFaultTests : IAsyncLifetime
{
    private readonly Guid _org = Guid.CreateVersion7();
    private TestServer _server = null!;
    private TestDatabase _database = null!;
    private TestStorage _storage = null!;
    private ProjectSnapshot _project = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _database = await TestDatabase.CreateAsync(_server);
        _storage = TestStorage.Connect(_database, null, ("Storage:AppendTimeout", "00:00:01"));
        _project = Samples.Project(_org);
        (await _storage.Store.AppendAsync(Samples.Create(_project), Token)).Status.ShouldBe(AppendStatus.Appended);
    }

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        await _database.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_acknowledged_survives_a_stop_and_the_store_recovers_by_itself(bool crash)
    {
        var load = new Load(_storage, _project, writers: 16);
        await load.UntilAppendedAsync(100);

        await _server.StopAsync(crash);
        await load.UntilUnavailableAsync(16);
        await _server.StartAgainAsync();
        var before = load.Appended;
        await load.UntilAppendedAsync(before + 100);
        await load.StopAsync();

        foreach (var (id, version) in load.Acknowledged)
        {
            var row = await _storage.Rows<CaseSnapshot>().LoadAsync(_org, id, Token);
            row.ShouldNotBeNull();
            row.Version.ShouldBeGreaterThanOrEqualTo(version);
            var events = await _storage.Store.ReadStreamAsync(_org, id, 1, Token).ToListAsync(Token);
            events.Select(recorded => recorded.Version).ShouldBe(Enumerable.Range(1, (int)row.Version).Select(number => (long)number));
        }

        load.Unexpected.ShouldBeEmpty();
    }

    [Fact]
    public async Task Killed_backends_cost_nobody_an_error()
    {
        var load = new Load(_storage, _project, writers: 16);
        for (var kill = 0; kill < 10; kill++)
        {
            await load.UntilAppendedAsync(load.Appended + 50);
            await _database.ExecuteAsync("select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'switchboard-writer'");
        }

        await load.UntilAppendedAsync(load.Appended + 50);
        await load.StopAsync();

        load.Unavailable.ShouldBe(0);
        load.Unexpected.ShouldBeEmpty();
        foreach (var (id, version) in load.Acknowledged)
        {
            (await _storage.Rows<CaseSnapshot>().LoadAsync(_org, id, Token))!.Version.ShouldBe(version);
        }
    }

    [Fact]
    public async Task While_the_database_is_away_a_caller_is_told_in_time_and_why()
    {
        await _server.StopAsync();

        var error = await Should.ThrowAsync<StorageUnavailableException>(
            () => _storage.Store.AppendAsync(Samples.Open(Samples.Case(_project)), Token).AsTask());
        var read = await Should.ThrowAsync<StorageUnavailableException>(
            () => _storage.Rows<CaseSnapshot>().LoadAsync(_org, Guid.CreateVersion7(), Token).AsTask());

        error.Message.ShouldContain("case-management");
        read.Message.ShouldContain("case-management");
        await _server.StartAgainAsync();
    }

    [Fact]
    public async Task Appends_that_wait_when_the_process_stops_are_brought_to_an_end()
    {
        await _server.StopAsync();
        var waiting = Enumerable.Range(1, 20).Select(number => _storage.Store.AppendAsync(Samples.Open(Samples.Case(_project, number)), Token).AsTask()).ToArray();

        await _storage.DisposeAsync();

        foreach (var append in waiting)
        {
            await Should.ThrowAsync<StorageUnavailableException>(append);
        }

        await _server.StartAgainAsync();
    }

    [Fact]
    public async Task A_full_queue_makes_callers_wait_and_then_refuses_them()
    {
        await using var narrow = TestStorage.Connect(
            _database, null, ("Storage:AppendConnections", "1"), ("Storage:AppendQueue", "4"), ("Storage:AppendBatch", "4"), ("Storage:AppendTimeout", "00:00:01"));
        await using var blocker = new NpgsqlConnection(_database.ConnectionString);
        await blocker.OpenAsync(Token);
        await using var transaction = await blocker.BeginTransactionAsync(Token);
        await using (var hold = new NpgsqlCommand("lock table domain_events in exclusive mode", blocker, transaction))
        {
            await hold.ExecuteNonQueryAsync(Token);
        }

        var appends = Enumerable.Range(1, 12).Select(number => narrow.Store.AppendAsync(Samples.Open(Samples.Case(_project, number)), Token).AsTask()).ToArray();
        var outcomes = Task.WhenAll(appends.Select(async append =>
        {
            try
            {
                return (await append).Status.ToString();
            }
            catch (StorageUnavailableException error)
            {
                return error.Message.Contains("wait already", StringComparison.Ordinal) ? "full" : "late";
            }
        }));
        await Should.ThrowAsync<StorageUnavailableException>(appends[^1]);
        await transaction.RollbackAsync(Token);

        var counts = (await outcomes).CountBy(outcome => outcome).ToDictionary();
        counts["full"].ShouldBeGreaterThanOrEqualTo(4);
        counts.Values.Sum().ShouldBe(12);
    }

    /// <summary>Writers that open cases and change them, and remember what was acknowledged.</summary>
    private sealed class Load
    {
        private readonly TestStorage _storage;
        private readonly ProjectSnapshot _project;
        private readonly CancellationTokenSource _stop = new();
        private readonly SemaphoreSlim _progress = new(0);
        private readonly Task _writers;
        private readonly Task _anyWriter;
        private long _number;
        private int _appended;
        private int _unavailable;

        public Load(TestStorage storage, ProjectSnapshot project, int writers)
        {
            (_storage, _project) = (storage, project);
            var all = Enumerable.Range(0, writers).Select(_ => Task.Run(WriteAsync)).ToArray();
            _writers = Task.WhenAll(all);
            _anyWriter = Task.WhenAny(all).Unwrap();
        }

        public ConcurrentDictionary<Guid, long> Acknowledged { get; } = new();

        public ConcurrentQueue<string> Unexpected { get; } = new();

        public int Appended => Volatile.Read(ref _appended);

        public int Unavailable => Volatile.Read(ref _unavailable);

        public async Task UntilAppendedAsync(int count)
        {
            while (Appended < count)
            {
                await ProgressAsync();
            }
        }

        public async Task UntilUnavailableAsync(int count)
        {
            while (Unavailable < count)
            {
                await ProgressAsync();
            }
        }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _writers;
            _stop.Dispose();
        }

        private async Task ProgressAsync()
        {
            // A writer that failed in an unforeseen way ends the test with its error.
            var ended = await Task.WhenAny(_progress.WaitAsync(Token), _anyWriter);
            await ended;
        }

        private async Task WriteAsync()
        {
            var state = Samples.Case(_project, Interlocked.Increment(ref _number));
            var next = Samples.Open(state);
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    var result = await _storage.Store.AppendAsync(next, Token);
                    if (result.Status == AppendStatus.Appended)
                    {
                        state = Samples.CaseOf(next);
                        Acknowledged[state.Id] = state.Version;
                        next = Samples.SetPriority(state, (CasePriority)(state.Version % 5));
                        Interlocked.Increment(ref _appended);
                    }
                    else
                    {
                        // Only after an append with an unknown outcome, which was committed after all.
                        if (_unavailable == 0)
                        {
                            Unexpected.Enqueue($"{next.Stream.Id} {next.ExpectedVersion}: {result.Status}");
                        }

                        state = Samples.Case(_project, Interlocked.Increment(ref _number));
                        next = Samples.Open(state);
                    }
                }
                catch (StorageUnavailableException)
                {
                    Interlocked.Increment(ref _unavailable);

                    // As a client would: without a pause the refusals keep every pool thread busy, and the server never comes back.
                    await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
                }

                _progress.Release();
            }
        }
    }
}
