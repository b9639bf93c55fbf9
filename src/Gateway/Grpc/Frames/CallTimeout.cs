using System.Globalization;

namespace Switchboard.Gateway.Grpc.Frames;

/// <summary><c>grpc-timeout</c>: at most eight digits and a unit.</summary>
internal static class CallTimeout
{
    private const int MostDigits = 8;

    // Timers take no more than about 49 days; who waits longer waits for ever.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    /// <summary>Reads the header.</summary>
    /// <param name="text">The header's value, or null.</param>
    /// <param name="timeout">How long the client waits; null for ever.</param>
    /// <returns>False when the text is no timeout.</returns>
    public static bool TryRead(string? text, out TimeSpan? timeout)
    {
        timeout = null;
        if (text is null)
        {
            return true;
        }

        if (text.Length is < 2 or > MostDigits + 1
            || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        // Rounded up to a tick: a deadline is never before the client's.
        TimeSpan? given = text[^1] switch
        {
            'H' => TimeSpan.FromHours(number),
            'M' => TimeSpan.FromMinutes(number),
            'S' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMilliseconds(number),
            'u' => TimeSpan.FromMicroseconds(number),
            'n' => TimeSpan.FromTicks((number + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick),
            _ => null,
        };
        timeout = given > Longest ? null : given;
        return given is not null;
    }
}
