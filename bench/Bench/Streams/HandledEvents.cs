using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Switchboard.Bench.Streams;

/// <summary>What the handlers' own counter says: events whose effect was committed, by flavor.</summary>
internal sealed class HandledEvents : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private TaskCompletionSource<long> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HandledEvents()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "switchboard.handlers.handled")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Count(value, tags));
        _listener.Start();
    }

    /// <summary>Completes with the time stamp of the next event that is handled.</summary>
    public Task<long> NextAsync()
    {
        var next = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _next, next);
        return next.Task;
    }

    /// <summary>How many a flavor has handled.</summary>
    public long Of(string flavor) => _counts.GetValueOrDefault(flavor);

    public void Dispose() => _listener.Dispose();

    private void Count(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _counts.AddOrUpdate((string)tags[0].Value!, static (_, more) => more, static (_, sum, more) => sum + more, value);
        Volatile.Read(ref _next).TrySetResult(Stopwatch.GetTimestamp());
    }
}
