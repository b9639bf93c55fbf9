using System.Text.Json;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;

namespace Switchboard.Grains.Projects;

/// <summary>The rules for JSON that a client sends to be kept as it is: an object, bounded, and such that PostgreSQL's jsonb takes it.</summary>
internal static class JsonRules
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = Limits.SettingsDepth, AllowDuplicateProperties = false };

    /// <summary>Null when the text is a JSON object that meets the rules.</summary>
    public static DomainError? CheckObject(string field, string json)
    {
        if (json.Length > Limits.SettingsSection)
        {
            return DomainError.Invalid($"{field} has {json.Length} characters; at most {Limits.SettingsSection} are allowed");
        }

        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return DomainError.Malformed($"{field} must be an object");
            }

            return IsStorable(document.RootElement)
                ? null
                : DomainError.Invalid($"{field} holds U+0000, half of a surrogate pair or a number out of range, which cannot be stored");
        }
        catch (JsonException)
        {
            return DomainError.Malformed(
                $"{field} must be a JSON object of at most {Limits.SettingsDepth} levels, without repeated members");
        }
    }

    private static bool IsStorable(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().All(static member => IsStorableText(() => member.Name) && IsStorable(member.Value)),
        JsonValueKind.Array => value.EnumerateArray().All(IsStorable),
        JsonValueKind.String => IsStorableText(value.GetString),
        JsonValueKind.Number => value.TryGetDouble(out var number) && double.IsFinite(number),
        _ => true,
    };

    private static bool IsStorableText(Func<string?> read)
    {
        try
        {
            return TextRules.IsStorable(read());
        }
        catch (InvalidOperationException)
        {
            // What System.Text.Json throws for an escaped lone surrogate.
            return false;
        }
    }
}
