using System.Globalization;
using System.Text.Json;

namespace Switchboard.Grains.Intake;

/// <summary>A place in a JSON document (RFC 6901). Pure.</summary>
public static class JsonPointer
{
    /// <summary>The longest pointer.</summary>
    public const int Longest = 500;

    /// <summary>Whether a text is a pointer.</summary>
    public static bool IsValid(string text) => text.Length <= Longest && (text.Length == 0 || text[0] == '/') && !HasBadEscape(text);

    /// <summary>What is at the place, or null.</summary>
    public static JsonElement? Find(JsonElement root, string pointer)
    {
        if (pointer.Length == 0)
        {
            return root;
        }

        var place = root;
        foreach (var part in pointer.Split('/').Skip(1))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            switch (place.ValueKind)
            {
                case JsonValueKind.Object when place.TryGetProperty(name, out var member):
                    place = member;
                    break;
                case JsonValueKind.Array when (name.Length == 1 || name is not ['0', ..]) && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < place.GetArrayLength():
                    place = place[index];
                    break;
                default:
                    return null;
            }
        }

        return place;
    }

    /// <summary>A value as a text: texts as they are, numbers and flags as they are written; null for anything else.</summary>
    public static string? TextOf(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } plain => plain.GetRawText(),
        _ => null,
    };

    private static bool HasBadEscape(string text)
    {
        for (var i = text.IndexOf('~', StringComparison.Ordinal); i >= 0; i = text.IndexOf('~', i + 1))
        {
            if (i + 1 == text.Length || text[i + 1] is not ('0' or '1'))
            {
                return true;
            }
        }

        return false;
    }
}
