namespace Orleans.Runtime;

/// <summary>
/// The time that idleness is measured with: read once a second, so that finishing a request costs one field read. In milliseconds since
/// the silo was made.
/// </summary>
internal sealed class CoarseClock : IDisposable
{
    private readonly TimeProvider _time;
    private readonly long _origin;
    private ITimer? _timer;
    private long _now;

    internal CoarseClock(TimeProvider time)
    {
        _time = time;
        _origin = time.GetTimestamp();
    }

    internal long Now => Volatile.Read(ref _now);

    public void Dispose() => _timer?.Dispose();

    internal void Start()
    {
        var period = TimeSpan.FromSeconds(1);
        _timer = _time.CreateTimer(static state => ((CoarseClock)state!).Update(), this, period, period);
    }

    /// <summary>Reads the clock now, for decisions that compare with it.</summary>
    internal void Update() => Volatile.Write(ref _now, (long)_time.GetElapsedTime(_origin).TotalMilliseconds);

    internal long After(TimeSpan delay) => Now + (long)delay.TotalMilliseconds;

    internal bool HasPassed(long since, TimeSpan age) => age != Timeout.InfiniteTimeSpan && Now - since >= (long)age.TotalMilliseconds;
}
