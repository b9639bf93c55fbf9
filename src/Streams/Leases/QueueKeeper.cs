using System.Globalization;
using Microsoft.Extensions.Logging;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Diagnostics;

namespace Switchboard.Streams.Leases;

/// <summary>
/// Gets, renews and gives back the leases of one process on the queues of one tenant, and writes their positions: few statements for all
/// queues together, however many there are. Processes that want the same queues share them evenly. Safe for use by many at once.
/// </summary>
public sealed partial class QueueKeeper : IAsyncDisposable
{
    private static long _count;

    private readonly QueueTable _table;
    private readonly LeaseOptions _options;
    private readonly StreamInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger<QueueKeeper> _logger;
    private readonly string _owner;
    private readonly Lock _lock = new();
    private readonly List<QueueSlot> _slots = [];
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SemaphoreSlim _wake = new(0);
    private readonly CancellationTokenSource _stopping = new();
    private Task? _running;
    private bool _failing;

    /// <summary>Does nothing before the first queue is wanted.</summary>
    public QueueKeeper(QueueTable table, LeaseOptions options, StreamInstruments instruments, TimeProvider time, ILogger<QueueKeeper> logger)
    {
        (_table, _options, _instruments, _time, _logger) = (table, options, instruments, time, logger);
        _owner = string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid().ToString("N")[..8]}/{Interlocked.Increment(ref _count)}");
        instruments.ObserveLeases(table.Tenant, Leases);
    }

    /// <summary>Names this process in the rows.</summary>
    public string Owner => _owner;

    /// <summary>How long a lease lasts.</summary>
    public TimeSpan Duration => _options.Duration;

    /// <summary>Wants a queue from now on. Returns at once; the lease comes when nobody else has it. Each queue is opened once at a time.</summary>
    public QueueSlot Open(QueueName queue)
    {
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        var slot = new QueueSlot(queue, this, _time);
        lock (_lock)
        {
            if (_slots.Exists(other => other.Queue == queue))
            {
                throw new InvalidOperationException($"The queue {queue} of {_table.Tenant} is already open in this process; dispose its slot first.");
            }

            _slots.Add(slot);
            _running ??= Task.Run(() => RunAsync(_stopping.Token));
        }

        _wake.Release();
        return slot;
    }

    /// <summary>Gives all leases back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync();
        if (_running is not null)
        {
            await _running;
        }

        var slots = All();
        await GiveBackAsync(slots, GroupsOf(slots));
        lock (_lock)
        {
            _slots.Clear();
        }
    }

    /// <summary>Writes the positions that these slots have noted.</summary>
    internal async ValueTask FlushAsync(IReadOnlyCollection<QueueSlot> slots, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            var pending = slots.Select(static slot => (Slot: slot, slot.Lease, Advance: slot.Pending())).Where(static one => one.Advance is not null).ToArray();
            if (pending.Length == 0)
            {
                return;
            }

            var outcomes = await _table.AdvanceAsync([.. pending.Select(static one => one.Advance!)], cancellationToken);
            foreach (var (slot, lease, advance) in pending)
            {
                if (outcomes[slot.Queue] == AdvanceOutcome.Stale)
                {
                    Lose(slot, lease!);
                }
                else
                {
                    slot.Written(advance!);
                }
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    internal async ValueTask CloseAsync(QueueSlot slot)
    {
        bool isLast;
        var group = QueueGroup.Of(slot.Queue);
        lock (_lock)
        {
            if (!_slots.Remove(slot))
            {
                return;
            }

            isLast = !_slots.Exists(other => QueueGroup.Of(other.Queue) == group);
        }

        await GiveBackAsync([slot], isLast ? [group] : []);
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        var renewed = _time.GetTimestamp();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var slots = All();
                if (_time.GetElapsedTime(renewed) >= _options.Duration / 4)
                {
                    renewed = _time.GetTimestamp();
                    await RenewAsync(slots, stopping);
                    await ShareAsync(slots, stopping);
                    await NoteEndsAsync(slots, stopping);
                }
                else if (_wake.CurrentCount > 0)
                {
                    while (_wake.Wait(0, CancellationToken.None))
                    {
                        // Several queues are opened one after the other.
                    }

                    await ShareAsync(All(), stopping);
                }

                await FlushAsync(slots, stopping);
                _failing = false;
            }
            catch (Exception error) when (error is Grains.EventStore.StorageUnavailableException || DatabaseFailures.IsDatabaseError(error))
            {
                // The leases run out, or do not: the row knows. Said once for each time that it begins.
                if (!_failing)
                {
                    _failing = true;
                    LogFailed(_table.Tenant, error);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }

            await PauseAsync(stopping);
        }
    }

    private async Task RenewAsync(IReadOnlyCollection<QueueSlot> slots, CancellationToken stopping)
    {
        var held = slots.Select(static slot => (Slot: slot, slot.Lease)).Where(static one => one.Lease is not null).ToArray();
        if (held.Length == 0)
        {
            return;
        }

        // Counted from before the statement was sent, since the server counts from when it runs.
        var sent = _time.GetTimestamp();
        var still = (await _table.RenewAsync([.. held.Select(static one => one.Lease!)], _options.Duration, stopping)).ToHashSet();
        foreach (var (slot, lease) in held)
        {
            if (still.Contains(slot.Queue))
            {
                slot.Renewed(lease!, sent);
            }
            else
            {
                Lose(slot, lease!);
            }
        }
    }

    private async Task NoteEndsAsync(IReadOnlyCollection<QueueSlot> slots, CancellationToken stopping)
    {
        var pending = slots.Select(static slot => (Slot: slot, End: slot.PendingEnd())).Where(static one => one.End is not null).ToArray();
        if (pending.Length == 0)
        {
            return;
        }

        await _table.NoteEndsAsync([.. pending.Select(static one => one.End!.Value)], stopping);
        foreach (var (slot, end) in pending)
        {
            slot.EndWritten(end!.Value.Lease, end.Value.End);
        }
    }

    /// <summary>Gives back what others are short of, and takes what is free and this process's share.</summary>
    private async Task ShareAsync(IReadOnlyCollection<QueueSlot> slots, CancellationToken stopping)
    {
        if (slots.Count == 0)
        {
            return;
        }

        var others = await _table.Seekers.AnnounceAsync(GroupsOf(slots), _owner, _options.Duration, stopping);
        Dictionary<QueueGroup, int> room = [];
        List<QueueSlot> excess = [];
        foreach (var group in slots.GroupBy(static slot => QueueGroup.Of(slot.Queue)))
        {
            var mine = group.Where(static slot => slot.Lease is not null).OrderBy(static slot => slot.Queue.Partition).ToArray();
            var share = QueueShare.Of(group.Count(), mine.Length, [.. others[group.Key]]);
            room.Add(group.Key, share.Room);
            excess.AddRange(mine[^share.Excess..]);
        }

        if (excess.Count > 0)
        {
            LogShared(_table.Tenant, excess.Count, slots.Count);
            await GiveBackAsync(excess, []);
        }

        await AcquireAsync(slots.Where(slot => slot.Lease is null && room[QueueGroup.Of(slot.Queue)] > 0), room, stopping);
    }

    private async Task AcquireAsync(IEnumerable<QueueSlot> slots, Dictionary<QueueGroup, int> room, CancellationToken stopping)
    {
        var wanted = slots.ToDictionary(static slot => slot.Queue);
        if (wanted.Count == 0)
        {
            return;
        }

        var sent = _time.GetTimestamp();
        var given = await _table.AcquireAsync([.. wanted.Keys], group => room[group], _owner, _options.Duration, stopping);
        if (!given.IsEmpty)
        {
            LogTaken(_table.Tenant, given.Length, wanted.Count);
        }

        foreach (var lease in given)
        {
            LogGiven(_table.Tenant, lease.Queue, lease.Epoch);
            _instruments.HandedOver(_table.Tenant, lease.Queue.Consumer);
            wanted[lease.Queue].Given(lease, sent, _options.Duration);
        }
    }

    private async ValueTask GiveBackAsync(IReadOnlyCollection<QueueSlot> slots, IReadOnlyCollection<QueueGroup> withdrawn)
    {
        try
        {
            // Somebody who stops has little time; what cannot be written now is delivered again elsewhere.
            using var timeout = new CancellationTokenSource(_options.Duration, _time);
            await FlushAsync(slots, timeout.Token);
            var leases = slots.Select(static slot => slot.Lease).OfType<QueueLease>().ToArray();
            foreach (var slot in slots)
            {
                if (slot.Lease is { } lease)
                {
                    slot.Lost(lease);
                }
            }

            if (leases.Length > 0)
            {
                await _table.ReleaseAsync(leases, timeout.Token);
            }

            if (withdrawn.Count > 0)
            {
                await _table.Seekers.WithdrawAsync(withdrawn, _owner, timeout.Token);
            }
        }
        catch (Exception error) when (error is Grains.EventStore.StorageUnavailableException or OperationCanceledException || DatabaseFailures.IsDatabaseError(error))
        {
            LogNotGivenBack(_table.Tenant, slots.Count, error);
        }
    }

    private void Lose(QueueSlot slot, QueueLease lease)
    {
        if (slot.Lost(lease))
        {
            LogLost(_table.Tenant, slot.Queue, lease.Epoch);
        }
    }

    private async Task PauseAsync(CancellationToken stopping)
    {
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var pause = _options.PositionInterval < _options.Duration / 4 ? _options.PositionInterval : _options.Duration / 4;
            var waiting = _wake.WaitAsync(timeout.Token);
            await Task.WhenAny(waiting, Task.Delay(pause, _time, timeout.Token));
            if (waiting.IsCompletedSuccessfully)
            {
                // Taken back so that the round sees it.
                _wake.Release();
            }

            await timeout.CancelAsync();
        }
        catch (OperationCanceledException)
        {
        }
    }

    private QueueSlot[] All()
    {
        lock (_lock)
        {
            return [.. _slots];
        }
    }

    private static QueueGroup[] GroupsOf(IEnumerable<QueueSlot> slots) => [.. slots.Select(static slot => QueueGroup.Of(slot.Queue)).Distinct()];

    private IEnumerable<(QueueName Queue, long Epoch)> Leases() =>
        All().Select(static slot => slot.Held).OfType<QueueLease>().Select(static lease => (lease.Queue, lease.Epoch));

    [LoggerMessage(6000, LogLevel.Debug, "{Tenant}: queue {Queue} is read here from now on (epoch {Epoch})")]
    private partial void LogGiven(string tenant, QueueName queue, long epoch);

    [LoggerMessage(6004, LogLevel.Information, "{Tenant}: {Count} queues more are read here, of {Wanted} that were wanted")]
    private partial void LogTaken(string tenant, int count, int wanted);

    [LoggerMessage(6005, LogLevel.Information, "{Tenant}: {Count} of {Wanted} queues are left to other processes that want them too")]
    private partial void LogShared(string tenant, int count, int wanted);

    [LoggerMessage(6001, LogLevel.Warning, "{Tenant}: queue {Queue} is read elsewhere or from another place from now on; the lease of epoch {Epoch} is over")]
    private partial void LogLost(string tenant, QueueName queue, long epoch);

    [LoggerMessage(6002, LogLevel.Warning, "{Tenant}: leases and positions cannot be written now; tried again until they can")]
    private partial void LogFailed(string tenant, Exception error);

    [LoggerMessage(6003, LogLevel.Warning, "{Tenant}: {Count} queues could not be given back in time; others take them when their leases have run out")]
    private partial void LogNotGivenBack(string tenant, int count, Exception error);
}
