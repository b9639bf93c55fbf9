using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Speech.Access;

namespace Switchboard.Gateway.Speech.Access;

/// <summary>
/// Ends sessions whose key was revoked, disabled, or has expired. The rows of all watched keys are looked at together, at least twice a
/// second and at once when something is said to have changed; while nobody is watched, nothing runs. While the database cannot be read,
/// sessions go on.
/// </summary>
internal sealed partial class KeyWatches : IDisposable
{
    /// <summary>The longest time between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, HashSet<KeyWatch>> _watches = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stopped;
    private readonly IKeyDirectory _directory;
    private readonly AccessSignal _signal;
    private readonly TimeProvider _time;
    private readonly ILogger<KeyWatches> _logger;
    private bool _running;

    public KeyWatches(IKeyDirectory directory, AccessSignal signal, TimeProvider time, ILogger<KeyWatches> logger)
    {
        (_directory, _signal, _time, _logger) = (directory, signal, time, logger);
        _stopped = _stopping.Token;
    }

    /// <summary>Watches a key.</summary>
    public IKeyWatch Watch(Guid keyId)
    {
        var watch = new KeyWatch(this, keyId);
        lock (_gate)
        {
            if (!_watches.TryGetValue(keyId, out var all))
            {
                _watches[keyId] = all = [];
            }

            all.Add(watch);
            if (!_running && !_stopped.IsCancellationRequested)
            {
                _running = true;
                _ = Task.Run(RunAsync);
            }
        }

        return watch;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping.Cancel();
            _stopping.Dispose();
        }
    }

    private async Task RunAsync()
    {
        var failing = false;
        while (TryTakeKeys(out var keys))
        {
            // Taken before the look: a change during it is not slept through.
            var changed = _signal.Next;
            try
            {
                foreach (var key in await _directory.FindUnusableAsync(keys, _time.GetUtcNow(), _stopped))
                {
                    End(key);
                }

                failing = false;
            }
            catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is StorageUnavailableException or OperationCanceledException or ObjectDisposedException)
            {
                if (!failing)
                {
                    LogBlind(keys.Length, error);
                }

                failing = true;
            }

            await changed.WaitAsync(Interval, _time, _stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool TryTakeKeys(out ImmutableArray<Guid> keys)
    {
        lock (_gate)
        {
            keys = [.. _watches.Keys];
            return _running = !keys.IsEmpty && !_stopped.IsCancellationRequested;
        }
    }

    private void End(Guid key)
    {
        KeyWatch[] ended;
        lock (_gate)
        {
            ended = _watches.Remove(key, out var all) ? [.. all] : [];
        }

        foreach (var watch in ended)
        {
            watch.Revoke();
        }
    }

    private void Remove(KeyWatch watch)
    {
        lock (_gate)
        {
            if (_watches.TryGetValue(watch.KeyId, out var all) && all.Remove(watch) && all.Count == 0)
            {
                _watches.Remove(watch.KeyId);
            }
        }
    }

    [LoggerMessage(9502, LogLevel.Warning, "Whether {Keys} keys of running sessions are still good cannot be read now; the sessions go on")]
    private partial void LogBlind(int keys, Exception error);

    private sealed class KeyWatch : IKeyWatch
    {
        private readonly Lock _gate = new();
        private readonly CancellationTokenSource _revoked = new();
        private readonly KeyWatches _owner;
        private bool _disposed;

        public KeyWatch(KeyWatches owner, Guid keyId) => (_owner, KeyId, Revoked) = (owner, keyId, _revoked.Token);

        public Guid KeyId { get; }

        public CancellationToken Revoked { get; }

        // Callbacks of one session must not hold up the others.
        public void Revoke()
        {
            lock (_gate)
            {
                if (!_disposed)
                {
                    _ = _revoked.CancelAsync();
                }
            }
        }

        public void Dispose()
        {
            _owner.Remove(this);
            lock (_gate)
            {
                if (!_disposed)
                {
                    _disposed = true;
                    _revoked.Dispose();
                }
            }
        }
    }
}
