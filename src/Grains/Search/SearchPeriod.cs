using System.Globalization;

namespace Switchboard.Grains.Search;

/// <summary>
/// What a date in a query stands for. <c>2026-01-02</c> is the whole day (UTC), <c>2026-01-02T10:00Z</c> the minute,
/// <c>2026-01-02T10:00:05Z</c> the second; with a fraction, and for <c>now</c>, a moment.
/// </summary>
/// <param name="Start">The first moment.</param>
/// <param name="Length">Zero for a moment.</param>
internal readonly record struct SearchPeriod(DateTimeOffset Start, TimeSpan Length)
{
    public const string Forms = "a date (2026-01-02), a time in RFC 3339 (2026-01-02T10:00:00Z), or 'now' with an offset in s, m, h, d or w (now-7d)";

    private static readonly (string Format, TimeSpan Length)[] s_formats =
    [
        ("yyyy-MM-dd", TimeSpan.FromDays(1)),
        ("yyyy-MM-dd'T'HH:mmK", TimeSpan.FromMinutes(1)),
        ("yyyy-MM-dd'T'HH:mm:ssK", TimeSpan.FromSeconds(1)),
        ("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", TimeSpan.Zero),
    ];

    private DateTimeOffset End => DateTimeOffset.MaxValue - Start < Length ? DateTimeOffset.MaxValue : Start + Length;

    public static bool TryRead(string text, DateTimeOffset now, out SearchPeriod period)
    {
        if (text.StartsWith("now", StringComparison.OrdinalIgnoreCase))
        {
            return TryReadRelative(text.AsSpan(3), now, out period);
        }

        foreach (var (format, length) in s_formats)
        {
            if (DateTimeOffset.TryParseExact(
                text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
            {
                period = new(at, length);
                return true;
            }
        }

        period = default;
        return false;
    }

    public TimeBound AsFrom(bool inclusive) =>
        inclusive ? new(Start, true) : Length == TimeSpan.Zero ? new(Start, false) : new(End, true);

    public TimeBound AsTo(bool inclusive) =>
        !inclusive ? new(Start, false) : Length == TimeSpan.Zero ? new(Start, true) : new(End, false);

    private static bool TryReadRelative(ReadOnlySpan<char> offset, DateTimeOffset now, out SearchPeriod period)
    {
        period = new(now, TimeSpan.Zero);
        if (offset.Length == 0)
        {
            return true;
        }

        if (offset.Length < 3 || offset[0] is not ('-' or '+') ||
            !int.TryParse(offset[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        var seconds = char.ToLowerInvariant(offset[^1]) switch { 's' => 1L, 'm' => 60L, 'h' => 3600L, 'd' => 86_400L, 'w' => 604_800L, _ => 0L };
        if (seconds == 0)
        {
            return false;
        }

        period = new(Shift(now, (offset[0] == '-' ? -1 : 1) * seconds * count), TimeSpan.Zero);
        return true;
    }

    /// <summary>Whoever asks for the last ten thousand years means all of them.</summary>
    private static DateTimeOffset Shift(DateTimeOffset now, long seconds) =>
        seconds < (DateTimeOffset.MinValue - now).TotalSeconds ? DateTimeOffset.MinValue
        : seconds > (DateTimeOffset.MaxValue - now).TotalSeconds ? DateTimeOffset.MaxValue
        : now + new TimeSpan(seconds * TimeSpan.TicksPerSecond);
}
