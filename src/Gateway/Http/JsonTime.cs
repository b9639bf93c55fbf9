using System.Text.Json;

namespace Switchboard.Gateway.Http;

/// <summary>Times as the public API shows them: RFC 3339 in UTC, microseconds with trailing zeros cut.</summary>
internal static class JsonTime
{
    public static void WriteTime(this Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[32];
        json.WriteString(name, text[..Format(time, text)]);
    }

    /// <summary>Formats a time; returns the number of bytes, at most 27.</summary>
    public static int Format(DateTimeOffset time, Span<byte> to)
    {
        var utc = time.UtcDateTime;
        Digits(to, 0, 4, utc.Year);
        to[4] = (byte)'-';
        Digits(to, 5, 2, utc.Month);
        to[7] = (byte)'-';
        Digits(to, 8, 2, utc.Day);
        to[10] = (byte)'T';
        Digits(to, 11, 2, utc.Hour);
        to[13] = (byte)':';
        Digits(to, 14, 2, utc.Minute);
        to[16] = (byte)':';
        Digits(to, 17, 2, utc.Second);
        var length = 19;
        var microseconds = (int)(utc.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
        if (microseconds > 0)
        {
            to[19] = (byte)'.';
            Digits(to, 20, 6, microseconds);
            length = 26;
            while (to[length - 1] == '0')
            {
                length--;
            }
        }

        to[length] = (byte)'Z';
        return length + 1;
    }

    private static void Digits(Span<byte> to, int at, int count, int value)
    {
        for (var i = at + count - 1; i >= at; i--)
        {
            to[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }
}
