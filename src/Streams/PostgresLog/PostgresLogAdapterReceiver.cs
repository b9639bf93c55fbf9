using System.Text;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Streams;
using Switchboard.Grains.EventStore;
using Switchboard.Streams.Caching;
using Switchboard.Streams.Diagnostics;
using Switchboard.Streams.Hosting;
using Switchboard.Streams.Leases;
using Switchboard.Streams.Positions;

namespace Switchboard.Streams.PostgresLog;

/// <summary>
/// Reads one queue of one flavor, while this process has the lease on it. Each lease starts anew at the position that stands in its row;
/// what was on its way under an earlier one is forgotten where it has not reached a handler.
/// </summary>
internal sealed partial class PostgresLogAdapterReceiver : IQueueAdapterReceiver
{
    /// <summary>The source's name in the rows.</summary>
    public const string Source = "domain_events";

    /// <summary>How long a read waits for events. Shorter while some are on their way, whose delivery the agent reports between reads.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _patienceInFlight = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _failurePause = TimeSpan.FromMilliseconds(500);

    private readonly int _partition;
    private readonly PostgresLogStreamOptions _stream;
    private readonly LogOptions _options;
    private readonly StreamTenant _tenant;
    private readonly StreamQueueCache _cache;
    private readonly StreamInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger<PostgresLogAdapterReceiver> _logger;
    private readonly byte[] _namespace;
    private readonly QueueName _name;
    private QueueSlot? _slot;
    private TailReader? _tail;
    private IDisposable? _metrics;
    private QueueLease? _lease;
    private Progress? _progress;
    private bool _refused;

    public PostgresLogAdapterReceiver(
        int partition,
        PostgresLogStreamOptions stream,
        LogOptions options,
        StreamTenant tenant,
        StreamQueueCache cache,
        StreamInstruments instruments,
        TimeProvider time,
        ILogger<PostgresLogAdapterReceiver> logger)
    {
        (_partition, _stream, _options, _tenant, _cache, _instruments, _time, _logger) = (partition, stream, options, tenant, cache, instruments, time, logger);
        _namespace = Encoding.UTF8.GetBytes(stream.Flavor);
        _name = new QueueName(stream.Flavor, Source, partition, options.Queues);
    }

    public Task Initialize(TimeSpan timeout)
    {
        _slot = _tenant.Keeper.Open(_name);
        _tail = _tenant.Tail.Join(_partition);
        _metrics = _instruments.ObserveQueue(_stream.Tenant, _name, Backlog);
        return Task.CompletedTask;
    }

    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) => GetQueueMessagesAsync(maxCount, CancellationToken.None);

    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken)
    {
        try
        {
            return await HasLeaseAsync(cancellationToken) ? await ReadAsync(maxCount > 0 ? maxCount : _options.PageEvents, cancellationToken) : [];
        }
        catch (Exception error) when (error is StorageUnavailableException or InvalidOperationException)
        {
            // The tail says once that the log cannot be read. A position of another epoch is for a person to decide about.
            if (error is InvalidOperationException && !_refused)
            {
                _refused = true;
                LogRefused(_stream.Tenant, _name, error);
            }

            await Task.Delay(_failurePause, _time, cancellationToken);
            return [];
        }
    }

    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => MessagesDeliveredAsync(messages, CancellationToken.None);

    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages, CancellationToken cancellationToken)
    {
        if (_progress is { } progress && _lease is { } lease)
        {
            foreach (var batch in messages)
            {
                var token = ((PostgresLogBatchContainer)batch).Token;
                if (token.LeaseEpoch == lease.Epoch)
                {
                    progress.Done(token.Position);
                }
            }

            _slot!.Advance(lease, progress.Position);
        }

        return Task.CompletedTask;
    }

    public async Task Shutdown(TimeSpan timeout)
    {
        _metrics?.Dispose();
        _tail?.Dispose();
        if (_slot is not null)
        {
            await _slot.DisposeAsync().AsTask().WaitAsync(timeout, _time);
        }
    }

    /// <summary>Makes sure of the lease; false when it is somebody else's, after some patience.</summary>
    private async Task<bool> HasLeaseAsync(CancellationToken cancellationToken)
    {
        var changed = _slot!.Changed;
        if (_slot.Held is not { } lease)
        {
            if (_slot.Lease is null)
            {
                Forget();
            }

            await Task.WhenAny(changed, Task.Delay(_patience, _time, cancellationToken));
            return false;
        }

        if (!ReferenceEquals(lease, _lease))
        {
            Forget();
            var start = lease.Position ?? new QueuePosition(await _tenant.Reader.GetEpochAsync(cancellationToken), 0, 1);
            (_lease, _progress, _refused) = (lease, new Progress(start), false);
        }

        return true;
    }

    private void Forget()
    {
        (_lease, _progress) = (null, null);
        _cache.Clear();
    }

    private async Task<IList<IBatchContainer>> ReadAsync(int most, CancellationToken cancellationToken)
    {
        var (lease, progress) = (_lease!, _progress!);
        List<IBatchContainer> batches = [];
        while (batches.Count == 0)
        {
            if (await _tenant.Tail.ReadAsync(progress.Cursor, cancellationToken) is not { } page)
            {
                break;
            }

            Take(page, lease, progress, batches, most);
        }

        _slot!.Advance(lease, progress.Position);
        if (batches.Count == 0)
        {
            await _tail!.WaitAsync(progress.InFlight > 0 ? _patienceInFlight : _patience, cancellationToken);
            if (await _tenant.Tail.ReadAsync(progress.Cursor, cancellationToken) is { } page && ReferenceEquals(_slot.Held, lease))
            {
                Take(page, lease, progress, batches, most);
            }
        }

        return batches;
    }

    private void Take(LogPage page, QueueLease lease, Progress progress, List<IBatchContainer> batches, int most)
    {
        var bytes = 0L;
        foreach (var one in page.Events)
        {
            if (one.Position.CompareTo(progress.Cursor) <= 0)
            {
                continue;
            }

            if (one.Partition == _partition && (_stream.Wants?.Invoke(one.Record) ?? true))
            {
                if (batches.Count >= most || bytes >= _options.QueueBytes)
                {
                    return;
                }

                var token = new LogSequenceToken(lease.Epoch, one.Record.Epoch, one.Record.Tx, one.Record.Seq);
                var batch = new PostgresLogBatchContainer(StreamId.Create(_namespace, one.Key), token, one.Record);
                progress.Read(one.Position, one.Record.RecordedAt);
                batches.Add(batch);
                bytes += PostgresLogBatchContainer.SizeOf(batch);
            }

            progress.Pass(one.Position);
        }
    }

    private QueueBacklog? Backlog() =>
        _progress is { } progress && _slot?.Held is not null
            ? progress.Backlog(_tenant.Tail.End, _options.Queues, _time.GetUtcNow(), _cache.Bytes)
            : null;

    [LoggerMessage(6012, LogLevel.Error, "{Tenant}: queue {Queue} stands still until its position is set by hand")]
    private partial void LogRefused(string tenant, QueueName queue, Exception error);
}
