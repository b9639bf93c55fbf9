using System.Globalization;
using Switchboard.Gateway.OpenApi;

namespace Switchboard.Gateway.Http;

/// <summary>A moment: RFC 3339, milliseconds since 1970, or <c>now</c> with an offset in s, m, h, d or w (<c>now-15m</c>).</summary>
internal sealed record MomentParameter(string Name) : Parameter(Name, InQuery)
{
    private static readonly string[] Formats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    public override Schema Schema => Schema.Text;

    protected override string Expectation =>
        "expected a time in RFC 3339 (2026-01-02T10:00:00Z), milliseconds since 1970, or 'now' with an offset in s, m, h, d or w (now-15m)";

    /// <summary>The moment, or null when there is no text.</summary>
    public static DateTimeOffset? Read(string? text, DateTimeOffset now) =>
        !string.IsNullOrEmpty(text) && TryRead(text, now, out var at) ? at : null;

    protected override bool Accepts(string value) => TryRead(value, DateTimeOffset.UnixEpoch, out _);

    private static bool TryRead(string text, DateTimeOffset now, out DateTimeOffset at)
    {
        if (text.StartsWith("now", StringComparison.Ordinal))
        {
            return TryShift(text.AsSpan(3), now, out at);
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
        {
            at = DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Min(milliseconds, 250_000_000_000_000));
            return true;
        }

        return DateTimeOffset.TryParseExact(
            text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out at);
    }

    private static bool TryShift(ReadOnlySpan<char> offset, DateTimeOffset now, out DateTimeOffset at)
    {
        at = now;
        if (offset.IsEmpty)
        {
            return true;
        }

        if (offset.Length is < 3 or > 8 || offset[0] is not ('-' or '+')
            || !int.TryParse(offset[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        var seconds = offset[^1] switch { 's' => 1L, 'm' => 60, 'h' => 3600, 'd' => 86_400, 'w' => 604_800, _ => 0 };

        // Whoever asks for the last thousand years means all of them.
        var most = Math.Min(seconds * count, 60L * 365 * 86_400);
        at = now.AddSeconds(offset[0] == '-' ? -most : most);
        return seconds > 0;
    }
}
