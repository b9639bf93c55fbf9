using Microsoft.Extensions.Logging;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Feed;

namespace Switchboard.Streams.PostgresLog;

/// <summary>
/// Reads a tenant's log for all flavors of a process: what comes in at the end is read once and given to everybody, and readers that are
/// behind share the pages that they read. Woken by this process's appends and by notifications of others; looks by itself anyway. Safe for
/// use by many at once.
/// </summary>
internal sealed partial class LogTail : IAsyncDisposable
{
    private static readonly TimeSpan _shortestLook = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan _failurePause = TimeSpan.FromMilliseconds(500);

    private readonly EventRecordReader _reader;
    private readonly LogOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<LogTail> _logger;
    private readonly LogListener _listener;
    private readonly IDisposable _subscription;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Lock _lock = new();
    private readonly LinkedList<LogPage> _pages = [];
    private readonly Dictionary<FeedPosition, Task<LogPage>> _reading = [];
    private readonly List<TailReader> _readers = [];
    private readonly Task _running;
    private FeedPosition? _end;
    private long _characters;
    private bool _failing;

    public LogTail(TenantDatabase database, EventRecordReader reader, LogOptions options, TimeProvider time, ILogger<LogTail> logger)
    {
        (_reader, _options, _time, _logger) = (reader, options, time, logger);
        _subscription = database.Committed.Subscribe(Wake);
        _listener = new LogListener(database, Wake, time, logger);
        _running = Task.Run(() => RunAsync(_stopping.Token));
    }

    /// <summary>The end of the log as far as it has been read, or null before it was found.</summary>
    public FeedPosition? End
    {
        get
        {
            lock (_lock)
            {
                return _end;
            }
        }
    }

    /// <summary>Registers somebody who waits for events; of one partition, or of all when null.</summary>
    public TailReader Join(int? partition)
    {
        var reader = new TailReader(this, partition);
        lock (_lock)
        {
            _readers.Add(reader);
        }

        return reader;
    }

    /// <summary>
    /// A page with events after a position (and perhaps some before it), or null when there is none: wait for more then.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The database is away.</exception>
    /// <exception cref="InvalidOperationException">The position is of another epoch than the log's.</exception>
    public async ValueTask<LogPage?> ReadAsync(FeedPosition after, CancellationToken cancellationToken)
    {
        Task<LogPage>? reading;
        lock (_lock)
        {
            if (_end is { } end && after.Epoch == end.Epoch && after.CompareTo(end) >= 0)
            {
                return null;
            }

            for (var page = _pages.Last; page is not null; page = page.Previous)
            {
                if (page.Value.After.Epoch == after.Epoch && page.Value.After.CompareTo(after) <= 0 && page.Value.Last.CompareTo(after) > 0)
                {
                    return page.Value;
                }
            }

            if (!_reading.TryGetValue(after, out reading))
            {
                reading = FetchAsync(after);
                if (!reading.IsCompleted)
                {
                    _reading.Add(after, reading);
                }
            }
        }

        var read = await reading.WaitAsync(cancellationToken);
        return read.Events.IsEmpty ? null : read;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        _subscription.Dispose();
        await _stopping.CancelAsync();
        await _listener.DisposeAsync();
        await _running;
    }

    internal void Leave(TailReader reader)
    {
        lock (_lock)
        {
            _readers.Remove(reader);
        }
    }

    private async Task<LogPage> FetchAsync(FeedPosition after)
    {
        // Not on the caller's scheduler, nor under its lock.
        await Task.Yield();
        try
        {
            var page = await PageAsync(after, _stopping.Token).ConfigureAwait(false);
            Keep(page);
            return page;
        }
        finally
        {
            lock (_lock)
            {
                _reading.Remove(after);
            }
        }
    }

    private async Task<LogPage> PageAsync(FeedPosition after, CancellationToken cancellationToken)
    {
        var records = await _reader.ReadAsync(after, _options.PageEvents, _options.PageCharacters, cancellationToken);
        return new LogPage(after, records.Events, _options.Queues, records.More);
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        var look = _options.PollInterval;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var end = End ?? await FindEndAsync(stopping);
                var page = await PageAsync(end, stopping);
                _failing = false;
                Publish(page);
                look = page.Events.Length >= _options.PageEvents / 2 ? TimeSpan.Zero : NextLook(page, look);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is StorageUnavailableException or InvalidOperationException || DatabaseFailures.IsDatabaseError(error))
            {
                if (!_failing)
                {
                    _failing = true;
                    LogFailed(_reader.Tenant, error);
                }

                // Also after another epoch was begun: the end is then somewhere else.
                Lose();
                look = _failurePause;
            }

            if (look > TimeSpan.Zero)
            {
                await ((Task)_wake.WaitAsync(look, stopping)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Looks again soon while committed events wait behind the horizon, ever less often: a long transaction must not cost much.</summary>
    private TimeSpan NextLook(LogPage page, TimeSpan last)
    {
        if (!page.More)
        {
            return _options.PollInterval;
        }

        var next = page.Events.IsEmpty && last < _options.PollInterval ? last * 2 : _shortestLook;
        return next < _options.PollInterval ? next : _options.PollInterval;
    }

    private async Task<FeedPosition> FindEndAsync(CancellationToken stopping)
    {
        var end = await _reader.GetEndAsync(stopping);
        lock (_lock)
        {
            _end = end;
        }

        return end;
    }

    private void Lose()
    {
        lock (_lock)
        {
            _end = null;
        }
    }

    private void Publish(LogPage page)
    {
        if (page.Events.IsEmpty)
        {
            return;
        }

        Keep(page);
        TailReader[] readers;
        lock (_lock)
        {
            _end = page.Last;
            readers = [.. _readers.Where(reader => reader.Partition is not { } partition || page.Has(partition))];
        }

        foreach (var reader in readers)
        {
            reader.Signal();
        }
    }

    private void Keep(LogPage page)
    {
        if (page.Events.IsEmpty)
        {
            return;
        }

        lock (_lock)
        {
            _pages.AddLast(page);
            _characters += page.Characters;
            while (_pages.Count > _options.KeptPages || (_pages.Count > 1 && _characters > _options.KeptCharacters))
            {
                _characters -= _pages.First!.Value.Characters;
                _pages.RemoveFirst();
            }
        }
    }

    private void Wake()
    {
        try
        {
            if (_wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }
        catch (SemaphoreFullException)
        {
            // Somebody else woke it.
        }
    }

    [LoggerMessage(6010, LogLevel.Warning, "{Tenant}: the log cannot be read now; tried again until it can")]
    private partial void LogFailed(string tenant, Exception error);
}
