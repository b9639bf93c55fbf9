using System.Collections.Immutable;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using AttributeMap = System.Collections.Immutable.ImmutableSortedDictionary<
    string, System.Collections.Immutable.ImmutableArray<string>>;

namespace Switchboard.Grains.Cases;

/// <summary>
/// The rules of a case's attribute map. Keys are kept in lower case (that is how the search language spells them) and hold
/// letters, digits, <c>_ . - @</c>, as a search term's key does; the order and repetition of values are the client's affair.
/// </summary>
internal static class CaseAttributes
{
    public static DomainError? Check(AttributeMap attributes)
    {
        if (attributes.Count > Limits.Attributes)
        {
            return DomainError.Invalid($"attributes has {attributes.Count} keys; at most {Limits.Attributes} are allowed");
        }

        var total = 0;
        foreach (var (key, values) in attributes)
        {
            if (CheckKey(key) is { } badKey)
            {
                return badKey;
            }

            var given = values.IsDefault ? [] : values;
            if (given.Length > Limits.AttributeValues)
            {
                return DomainError.Invalid(
                    $"attribute \"{key}\" has {given.Length} values; at most {Limits.AttributeValues} are allowed");
            }

            total += key.Length;
            foreach (var value in given)
            {
                if (value is null)
                {
                    return DomainError.Malformed($"a value of attribute \"{key}\" is null; it must be a text");
                }

                if (TextRules.Optional($"a value of attribute \"{key}\"", value, Limits.AttributeValue) is { } badValue)
                {
                    return badValue;
                }

                total += value.Length;
            }
        }

        if (total > Limits.AttributesTotal)
        {
            return DomainError.Invalid(
                $"attributes have {total} characters in keys and values; at most {Limits.AttributesTotal} are allowed");
        }

        return FirstRepeatedKey(attributes) is { } repeated
            ? DomainError.Invalid($"attribute \"{repeated}\" is given more than once; keys do not differ by letter case")
            : null;
    }

    /// <summary>The map as it is kept. Only for a map that passed <see cref="Check"/>.</summary>
    public static AttributeMap Normalise(AttributeMap attributes)
    {
        var builder = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        foreach (var (key, values) in attributes)
        {
            builder.Add(key.ToLowerInvariant(), values.IsDefault ? [] : values);
        }

        return builder.ToImmutable();
    }

    public static bool Same(AttributeMap left, AttributeMap right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if (left.Count != right.Count)
        {
            return false;
        }

        foreach (var (key, values) in left)
        {
            if (!right.TryGetValue(key, out var others) || !values.AsSpan().SequenceEqual(others.AsSpan()))
            {
                return false;
            }
        }

        return true;
    }

    private static DomainError? CheckKey(string key)
    {
        if (key.Length is 0 or > Limits.AttributeKey)
        {
            return DomainError.Invalid($"an attribute key has {key.Length} characters; 1 to {Limits.AttributeKey} are allowed");
        }

        foreach (var c in key)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('_' or '.' or '-' or '@'))
            {
                return DomainError.Invalid(
                    $"attribute key \"{key}\" may hold letters, digits, '_', '.', '-' and '@' only");
            }
        }

        return null;
    }

    private static string? FirstRepeatedKey(AttributeMap attributes)
    {
        var seen = new HashSet<string>(attributes.Count, StringComparer.Ordinal);
        foreach (var key in attributes.Keys)
        {
            if (!seen.Add(key.ToLowerInvariant()))
            {
                return key;
            }
        }

        return null;
    }
}
