namespace Switchboard.Bench.Speech.Live;

/// <summary>Times in milliseconds, taken by one thread while it is wanted.</summary>
internal sealed class Latencies
{
    private readonly List<float> _times = new(1 << 20);
    private bool _isWanted;

    public int Count => _times.Count;

    /// <summary>Begins anew.</summary>
    public void Begin()
    {
        _times.Clear();
        Volatile.Write(ref _isWanted, true);
    }

    public void End() => Volatile.Write(ref _isWanted, false);

    public void Add(double milliseconds)
    {
        if (Volatile.Read(ref _isWanted))
        {
            _times.Add((float)milliseconds);
        }
    }

    /// <summary>The time that a share of them does not exceed; NaN without any.</summary>
    public double Percentile(double share)
    {
        var sorted = _times.ToArray();
        Array.Sort(sorted);
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
    }
}
