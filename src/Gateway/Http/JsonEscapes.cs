using System.Globalization;

namespace Switchboard.Gateway.Http;

/// <summary>
/// Finds <c>\u</c> escapes that stand for what a text in the database cannot hold: U+0000, and half of a surrogate pair. They are valid
/// JSON, so the parser lets them through; whatever reads or stores the text later would fail on them.
/// </summary>
internal static class JsonEscapes
{
    /// <summary>What is wrong, or null. Malformed escapes are left to the parser.</summary>
    public static string? FindUnstorable(ReadOnlySpan<byte> json)
    {
        var at = 0;
        while (true)
        {
            var next = json[at..].IndexOf((byte)'\\');
            if (next < 0)
            {
                return null;
            }

            at += next;
            if (!TryReadUnit(json, at, out var unit))
            {
                at = Math.Min(at + 2, json.Length);
                continue;
            }

            if (unit == 0)
            {
                return $"the text at byte {at + 1} holds U+0000, which cannot be stored; leave it out";
            }

            if (char.IsHighSurrogate(unit) && TryReadUnit(json, at + 6, out var low) && char.IsLowSurrogate(low))
            {
                at += 12;
                continue;
            }

            if (char.IsSurrogate(unit))
            {
                return $"the text at byte {at + 1} holds half of a surrogate pair, which stands for no character";
            }

            at += 6;
        }
    }

    private static bool TryReadUnit(ReadOnlySpan<byte> json, int at, out char unit)
    {
        unit = default;
        if (json.Length < at + 6 || json[at] != '\\' || json[at + 1] != 'u'
            || !ushort.TryParse(json.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        unit = (char)value;
        return true;
    }
}
