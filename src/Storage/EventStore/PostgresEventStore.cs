using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Events;

namespace Switchboard.Storage.EventStore;

/// <summary>The event store on PostgreSQL. See <c>README.md</c> beside this file for what it promises and how.</summary>
internal sealed class PostgresEventStore : IEventStore, IAsyncDisposable
{
    private const int StreamPage = 500;

    private readonly TenantDatabase _database;
    private readonly RowReader _rows;
    private readonly EventCodec _codec;
    private readonly StorageOptions _options;
    private readonly StorageInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly AppendQueue[] _queues;
    private readonly AppendLane[] _lanes;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public PostgresEventStore(
        TenantDatabase database, EventCodec codec, IOptions<StorageOptions> options, StorageInstruments instruments, TimeProvider time,
        ILogger<PostgresEventStore> logger)
    {
        (_database, _codec, _options, _instruments, _time) = (database, codec, options.Value, instruments, time);
        _rows = new RowReader(database.Tenant, database.Primary);
        _queues = new AppendQueue[_options.AppendConnections];
        _lanes = new AppendLane[_options.AppendConnections];
        for (var index = 0; index < _lanes.Length; index++)
        {
            _queues[index] = new AppendQueue(_options.AppendQueue);
            var session = new AppendSession(database.Writer, () => new BatchStatements(codec, time));
            _lanes[index] = new AppendLane(database.Tenant, _queues[index], session, database.Committed, _options, instruments, time, logger);
        }

        instruments.ObserveQueue(() => _queues.Sum(queue => queue.Depth));
        _running = Task.Run(() => Task.WhenAll(_lanes.Select(lane => lane.RunAsync(_stopping.Token))));
    }

    /// <inheritdoc/>
    public async ValueTask<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        AppendRules.Check(request);
        cancellationToken.ThrowIfCancellationRequested();
        var lane = (int)((uint)request.Stream.Id.GetHashCode() % (uint)_lanes.Length);
        if (_lanes[lane].DownFor > _options.AppendTimeout)
        {
            // Whoever came when it went away has waited long enough; whoever comes now need not.
            _instruments.Unavailable();
            throw DatabaseFailures.Unavailable(_database.Tenant, "it has not been reached for a while", _lanes[lane].LastError);
        }

        var append = new PendingAppend(request, _codec, _time.GetTimestamp());
        var queue = _queues[lane];
        if (!await queue.TryTakeRoomAsync(_options.AppendTimeout, _time, cancellationToken))
        {
            _instruments.Unavailable();
            throw DatabaseFailures.Unavailable(
                _database.Tenant, $"{_options.AppendQueue} appends wait already, and none was written in {_options.AppendTimeout.TotalSeconds:0.#} s", null);
        }

        if (!queue.TryAdd(append))
        {
            queue.GiveRoom();
            throw DatabaseFailures.Unavailable(_database.Tenant, "this process is stopping", null);
        }

        await using var withdrawal = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (append, queue) = ((PendingAppend, AppendQueue))state!;
                if (append.TryWithdraw(token))
                {
                    queue.GiveRoom();
                }
            },
            (append, queue));
        return await append.Result;
    }

    /// <inheritdoc/>
    public ValueTask<StoredAnswer?> FindAnswerAsync(Guid orgId, string idempotencyKey, CancellationToken cancellationToken) => _rows.FindAsync(
        "select org_id, key, request_hash, answer from idempotency_key where org_id = $1 and key = $2",
        [Parameters.Of(orgId), Parameters.Of(idempotencyKey)],
        static row => new StoredAnswer(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3)),
        cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<RecordedEvent> ReadStreamAsync(
        Guid orgId, Guid streamId, long fromVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        NpgsqlParameter[] After(RecordedEvent? last) =>
            [Parameters.Of(orgId), Parameters.Of(streamId), Parameters.Of(last?.Version + 1 ?? fromVersion), Parameters.Of(StreamPage)];
        var events = _rows.StreamAsync(
            $"""
            select {RecordedEvents.Columns}, (select epoch from store_epoch) from domain_events e
            where e.org_id = $1 and e.stream_id = $2 and e.version >= $3 order by e.version limit $4
            """,
            StreamPage,
            After,
            row => RecordedEvents.Read(row, row.GetInt64(RecordedEvents.Count), _codec),
            cancellationToken);
        await foreach (var recorded in events)
        {
            yield return recorded;
        }
    }

    /// <summary>Writes what waits, as long as the database lets it, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var queue in _queues)
        {
            queue.Close();
        }

        // What waits ends within its time-out anyway; a lane must not wait for a lost database beyond that.
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
        Array.ForEach(_queues, static queue => queue.Dispose());
    }
}
