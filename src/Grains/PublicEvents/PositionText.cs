using System.Globalization;
using Switchboard.Grains.EventStore;

namespace Switchboard.Grains.PublicEvents;

/// <summary>
/// A place in the log as the outside sees it: <c>{epoch}-{transaction}-{number}</c>, such as <c>1-7345-1203</c>. Clients keep it and
/// send it back; what it is made of is ours and may change.
/// </summary>
public static class PositionText
{
    /// <summary>The longest text that can be a position.</summary>
    public const int MostLength = 64;

    /// <summary>The text of a position.</summary>
    public static string Of(FeedPosition position) =>
        string.Create(CultureInfo.InvariantCulture, $"{position.Epoch}-{position.Tx}-{position.Seq}");

    /// <summary>Reads a text that <see cref="Of"/> made; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out FeedPosition position)
    {
        position = default;
        Span<Range> parts = stackalloc Range[4];
        if (text.Length > MostLength
            || text.Split(parts, '-') != 3
            || !long.TryParse(text[parts[0]], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            || !ulong.TryParse(text[parts[1]], NumberStyles.None, CultureInfo.InvariantCulture, out var tx)
            || !long.TryParse(text[parts[2]], NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
        {
            return false;
        }

        position = new FeedPosition(epoch, tx, seq);
        return true;
    }
}
