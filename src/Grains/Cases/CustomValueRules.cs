using System.Collections.Immutable;
using System.Globalization;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;

namespace Switchboard.Grains.Cases;

/// <summary>Holds values against the definitions of a type's custom attributes, and decides what follows from setting them.</summary>
internal static class CustomValueRules
{
    private const int LongestUrl = 2_000;
    private const int LongestNumber = 64;

    /// <summary>What is wrong with a value, or null.</summary>
    public static DomainError? Check(CustomAttribute attribute, CustomValue value)
    {
        if (value.Type != attribute.Type || value.IsMulti != attribute.IsMulti)
        {
            return DomainError.Invalid(
                $"custom attribute {attribute.Key} is {attribute.Type} with is_multi {Word(attribute.IsMulti)}, not {value.Type} with {Word(value.IsMulti)}");
        }

        if (value.Values.IsDefault || (!value.IsMulti && value.Values.Length != 1) || value.Values.Length > Limits.AttributeValues)
        {
            return DomainError.Invalid(attribute.IsMulti
                ? $"custom attribute {attribute.Key} takes a list of at most {Limits.AttributeValues} values"
                : $"custom attribute {attribute.Key} takes one value");
        }

        return value.Values.Select(one => CheckOne(attribute, one)).FirstOrDefault(static problem => problem is not null);
    }

    /// <summary>What is wrong with the values of a new case, or null.</summary>
    public static DomainError? CheckAll(ImmutableArray<CustomAttribute> attributes, ImmutableSortedDictionary<string, CustomValue> values)
    {
        foreach (var (key, value) in values)
        {
            if (Find(attributes, key) is not { } attribute)
            {
                return CaseTypeDecider.UnknownAttribute(key);
            }

            if (Check(attribute, value) is { } problem)
            {
                return problem;
            }
        }

        var missing = attributes.FirstOrDefault(attribute => attribute.Required && !values.Keys.Any(key => Same(key, attribute.Key)));
        return missing is null ? null : DomainError.Invalid($"a case of this type needs a value of custom attribute {missing.Key}");
    }

    public static Decision<CaseEvent> Set(CaseSnapshot state, SetCustomValue command, ImmutableArray<CustomAttribute> attributes)
    {
        if (Find(attributes, command.Key) is not { } attribute)
        {
            return CaseTypeDecider.UnknownAttribute(command.Key);
        }

        if (Check(attribute, command.Value) is { } problem)
        {
            return problem;
        }

        var before = state.Details.CustomValues.GetValueOrDefault(attribute.Key);
        return command.Value.Equals(before) ? Decision<CaseEvent>.None : new CustomAttributeChanged(attribute.Key, before, command.Value);
    }

    public static Decision<CaseEvent> Clear(CaseSnapshot state, ClearCustomValue command, ImmutableArray<CustomAttribute> attributes)
    {
        if (Find(attributes, command.Key) is not { } attribute)
        {
            return CaseTypeDecider.UnknownAttribute(command.Key);
        }

        return state.Details.CustomValues.GetValueOrDefault(attribute.Key) is not { } before ? Decision<CaseEvent>.None
            : attribute.Required ? DomainError.Invalid($"a case of this type needs a value of custom attribute {attribute.Key}")
            : new CustomAttributeChanged(attribute.Key, before, null);
    }

    /// <summary>The events that give a new case its values.</summary>
    public static IEnumerable<CaseEvent> Given(ImmutableArray<CustomAttribute> attributes, ImmutableSortedDictionary<string, CustomValue> values) =>
        values.Select(pair => new CustomAttributeChanged(Find(attributes, pair.Key)!.Key, null, pair.Value, Opening: true));

    public static CaseDetails With(CaseDetails details, CustomAttributeChanged fact) => details with
    {
        CustomValues = fact.To is { } value ? details.CustomValues.SetItem(fact.Key, value) : details.CustomValues.Remove(fact.Key),
    };

    private static CustomAttribute? Find(ImmutableArray<CustomAttribute> attributes, string key) =>
        attributes.IsDefault ? null : attributes.FirstOrDefault(attribute => Same(attribute.Key, key));

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static DomainError? CheckOne(CustomAttribute attribute, string value)
    {
        if (TextRules.Required($"a value of custom attribute {attribute.Key}", value, attribute.Type == CustomAttributeTypes.Url ? LongestUrl : Limits.AttributeValue) is { } problem)
        {
            return problem;
        }

        return attribute.Type switch
        {
            CustomAttributeTypes.Number => value.Length <= LongestNumber
                && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                    ? null
                    : DomainError.Invalid($"custom attribute {attribute.Key} takes numbers"),
            CustomAttributeTypes.Url => Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
                ? null
                : DomainError.Invalid($"custom attribute {attribute.Key} takes http or https URLs"),
            CustomAttributeTypes.Select when !attribute.Options.IsDefaultOrEmpty && !attribute.Options.Contains(value) =>
                DomainError.Invalid($"custom attribute {attribute.Key} takes one of its options"),
            _ => null,
        };
    }

    private static string Word(bool flag) => flag ? "true" : "false";
}
