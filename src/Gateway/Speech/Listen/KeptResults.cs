namespace Switchboard.Gateway.Speech.Listen;

/// <summary>
/// Final results of a session whose client may come back: what it missed is sent to it again. The oldest are given up when there is no
/// room; then the client cannot come back to before them.
/// </summary>
internal sealed class KeptResults(int mostBytes, double from)
{
    private readonly Queue<(double Start, double End, byte[] Json)> _results = new();
    private int _bytes;

    /// <summary>The earliest time that a client can come back to, in seconds of the stream.</summary>
    public double From { get; private set; } = from;

    public void Add(double start, double end, ReadOnlySpan<byte> json)
    {
        _results.Enqueue((start, end, json.ToArray()));
        _bytes += json.Length;
        while (_bytes > mostBytes)
        {
            var (_, droppedEnd, dropped) = _results.Dequeue();
            _bytes -= dropped.Length;
            From = Math.Max(From, droppedEnd);
        }
    }

    /// <summary>The results whose windows lie mostly after a time.</summary>
    public IEnumerable<byte[]> After(double seconds) =>
        _results.Where(result => (result.Start + result.End) / 2 > seconds).Select(static result => result.Json);
}
