using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Speech.Limits;

/// <summary>
/// Slots as rows, which are counted under a lock of their organisation's row whenever one is asked for. All slots of this process hang on
/// one lease, which one statement renews. When the lease has ended all the same (the process stood still, the database was restarted),
/// every slot is asked for again, and who gets none loses it. While the database cannot be reached nobody else is given anything either, so
/// sessions go on.
/// </summary>
internal sealed partial class SpeechSlots : ISpeechSlots, IAsyncDisposable
{
    private readonly SlotStatements _statements;
    private readonly TimeSpan _lease;
    private readonly TimeProvider _time;
    private readonly ILogger<SpeechSlots> _logger;
    private readonly ConcurrentDictionary<SlotKey, HeldSlot> _held = new();
    private readonly ConcurrentQueue<SlotKey> _unreturned = new();
    private readonly SemaphoreSlim _leasing = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private volatile Lease? _current;
    private Task _renewing = Task.CompletedTask;

    public SpeechSlots(TenantDatabase database, IOptions<SpeechLimitOptions> options, TimeProvider time, ILogger<SpeechSlots> logger)
    {
        _statements = new SlotStatements(database, options.Value);
        (_lease, _time, _logger) = (options.Value.Lease, time, logger);
    }

    /// <inheritdoc/>
    public async ValueTask<SlotGrant> AcquireAsync(SpeechCaller caller, SpeechSlotKind kind, Guid sessionId, CancellationToken cancellationToken)
    {
        var key = new SlotKey(caller.OrgId, sessionId, kind);
        var held = await ReserveAsync(key, cancellationToken);
        SlotAnswer answer;
        try
        {
            answer = await TakeAsync(key, cancellationToken);
        }
        catch (StorageUnavailableException error)
        {
            LogUnavailable(error);
            await held.ReturnAsync();
            return new SlotGrant { Refusal = SpeechError.Unavailable, Limit = 0, Remaining = 0 };
        }
        catch
        {
            // Whether it was taken is not known.
            held.IsTaken = true;
            await held.ReturnAsync();
            throw;
        }

        if (answer.Verdict == SlotVerdict.Taken)
        {
            held.IsTaken = true;
            return new SlotGrant { Slot = held.NewHandle(), Limit = answer.Limit, Remaining = Math.Max(0, answer.Limit - answer.Used) };
        }

        await held.ReturnAsync();
        return new SlotGrant
        {
            Refusal = answer.Verdict == SlotVerdict.UsedUp
                ? SpeechError.PaymentRequired
                : SpeechError.TooManyRequests with { RetryAfterSeconds = Math.Max(1, (int)Math.Ceiling(answer.Pause.TotalSeconds)) },
            Limit = answer.Limit,
            Remaining = Math.Max(0, answer.Limit - answer.Used),
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_current is { } lease)
        {
            try
            {
                await _statements.EndAsync(lease.Id, CancellationToken.None);
            }
            catch (Exception error) when (error is StorageUnavailableException or ObjectDisposedException)
            {
                // The lease ends by itself.
                LogUnreturned(_held.Count, error);
            }
        }

        _leasing.Dispose();
        _stopping.Dispose();
    }

    /// <summary>A share in the slot before it is asked for, so that nobody gives it back meanwhile.</summary>
    private async ValueTask<HeldSlot> ReserveAsync(SlotKey key, CancellationToken cancellationToken)
    {
        while (true)
        {
            var held = _held.GetOrAdd(key, static (key, slots) => new HeldSlot(slots, key), this);
            if (held.TryShare())
            {
                return held;
            }

            // It is being given back: asked for before that is through, it would go with it.
            await held.Returned.WaitAsync(cancellationToken);
        }
    }

    private async ValueTask<SlotAnswer> TakeAsync(SlotKey key, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var lease = _current ?? await BeginAsync(null, cancellationToken);
            var answer = await _statements.TakeAsync(lease.Id, key, again: false, cancellationToken);
            if (answer.Verdict != SlotVerdict.LeaseEnded)
            {
                return answer;
            }

            if (attempt == 3)
            {
                throw new StorageUnavailableException("The lease on slots of speech sessions ends as soon as it is made; is the database overloaded?", null);
            }

            await BeginAsync(lease, cancellationToken);
        }
    }

    /// <summary>A lease in place of one that has ended, with everything under it that is held.</summary>
    private async ValueTask<Lease> BeginAsync(Lease? ended, CancellationToken cancellationToken)
    {
        await _leasing.WaitAsync(cancellationToken);
        try
        {
            if (_current is { } current && current != ended)
            {
                return current;
            }

            var lease = new Lease(Guid.CreateVersion7());
            await _statements.BeginAsync(lease.Id, cancellationToken);
            _current = lease;
            if (ended is null)
            {
                _renewing = Task.Run(() => RenewAsync(_stopping.Token), CancellationToken.None);
            }
            else
            {
                LogLeaseEnded(_held.Count);
                await TakeAgainAsync(lease, cancellationToken);
            }

            return lease;
        }
        finally
        {
            _leasing.Release();
        }
    }

    private async ValueTask TakeAgainAsync(Lease lease, CancellationToken cancellationToken)
    {
        foreach (var (key, held) in _held)
        {
            if (held.IsTaken && (await _statements.TakeAsync(lease.Id, key, again: true, cancellationToken)).Verdict != SlotVerdict.Taken)
            {
                held.Lose();
            }
        }
    }

    private async Task RenewAsync(CancellationToken stopping)
    {
        var sinceSweep = 0;
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(_lease / 3, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (_current is { } lease && !await _statements.RenewAsync(lease.Id, stopping))
                {
                    await BeginAsync(lease, stopping);
                }

                await ReturnAsync(stopping);
                await EndUsedUpAsync(stopping);
                if (++sinceSweep >= 10)
                {
                    sinceSweep = 0;
                    await _statements.SweepAsync(stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is StorageUnavailableException or OperationCanceledException)
            {
                LogNotRenewed(_held.Count, error);
            }
        }
    }

    private async ValueTask EndUsedUpAsync(CancellationToken stopping)
    {
        if (_held.IsEmpty)
        {
            return;
        }

        var usedUp = (await _statements.UsedUpAsync(_held.Keys.Select(static key => key.OrgId).Distinct(), stopping)).ToImmutableHashSet();
        foreach (var (key, held) in _held)
        {
            if (usedUp.Contains(key.OrgId))
            {
                held.Lose();
            }
        }
    }

    private async ValueTask ReturnAsync(CancellationToken stopping)
    {
        var slots = new List<SlotKey>();
        while (_unreturned.TryDequeue(out var key))
        {
            if (!_held.ContainsKey(key))
            {
                slots.Add(key);
            }
        }

        if (slots.Count > 0 && _current is { } lease)
        {
            try
            {
                await _statements.ReleaseAsync(lease.Id, slots, stopping);
            }
            catch
            {
                slots.ForEach(_unreturned.Enqueue);
                throw;
            }
        }
    }

    private async ValueTask ReleaseAsync(SlotKey key)
    {
        try
        {
            if (_current is { } lease)
            {
                await _statements.ReleaseAsync(lease.Id, [key], CancellationToken.None);
            }
        }
        catch (Exception error) when (error is StorageUnavailableException or ObjectDisposedException)
        {
            _unreturned.Enqueue(key);
            LogUnreturned(1, error);
        }
    }

    [LoggerMessage(9510, LogLevel.Warning, "Whether a speech session may begin cannot be found out now, so its caller was told to come back")]
    private partial void LogUnavailable(Exception error);

    [LoggerMessage(9511, LogLevel.Warning, "The lease on the slots of speech sessions had ended; {Held} are asked for again")]
    private partial void LogLeaseEnded(int held);

    [LoggerMessage(9512, LogLevel.Warning, "The lease on {Held} slots of speech sessions could not be renewed; it is tried again")]
    private partial void LogNotRenewed(int held, Exception error);

    [LoggerMessage(9513, LogLevel.Information, "{Slots} slots of speech sessions could not be given back now; they are later, or end with their lease")]
    private partial void LogUnreturned(int slots, Exception error);

    private sealed record Lease(Guid Id);

    /// <summary>A slot as this process holds it, for as many as have asked for it.</summary>
    private sealed class HeldSlot : IDisposable
    {
        private readonly SpeechSlots _slots;
        private readonly SlotKey _key;
        private readonly Lock _gate = new();
        private readonly CancellationTokenSource _lost = new();
        private readonly TaskCompletionSource _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _shares;
        private bool _closed;

        public HeldSlot(SpeechSlots slots, SlotKey key) => (_slots, _key, Lost) = (slots, key, _lost.Token);

        /// <summary>Cancelled when it is held no more.</summary>
        public CancellationToken Lost { get; }

        /// <summary>Whether there may be a row.</summary>
        public bool IsTaken { get; set; }

        /// <summary>Completes when the slot is given back.</summary>
        public Task Returned => _returned.Task;

        public bool TryShare()
        {
            lock (_gate)
            {
                _shares += _closed ? 0 : 1;
                return !_closed;
            }
        }

        public ISlot NewHandle() => new Handle(this);

        // Callbacks of one session must not hold up the others.
        public void Lose()
        {
            lock (_gate)
            {
                if (!_closed)
                {
                    _ = _lost.CancelAsync();
                }
            }
        }

        /// <summary>Gives a share back, and with the last one the slot.</summary>
        public async ValueTask ReturnAsync()
        {
            lock (_gate)
            {
                if (--_shares > 0)
                {
                    return;
                }

                _closed = true;
            }

            if (IsTaken)
            {
                await _slots.ReleaseAsync(_key);
            }

            _slots._held.TryRemove(_key, out _);
            _returned.TrySetResult();
            Dispose();
        }

        public void Dispose() => _lost.Dispose();

        private sealed class Handle(HeldSlot held) : ISlot
        {
            private int _returned;

            public CancellationToken Lost => held.Lost;

            public ValueTask DisposeAsync() => Interlocked.Exchange(ref _returned, 1) == 0 ? held.ReturnAsync() : default;
        }
    }
}
