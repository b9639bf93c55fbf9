using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;

namespace Switchboard.Grains.Cases;

/// <summary>Decides commands on a case type and its custom attributes.</summary>
internal static class CaseTypeDecider
{
    /// <summary>The refusal of an unknown type.</summary>
    public static readonly DomainError NotFound = DomainError.NotFound("case_type not found");

    /// <summary>The refusal of an unknown attribute.</summary>
    public static DomainError UnknownAttribute(string key) => DomainError.NotFound("custom attribute configuration not found", key);

    /// <summary>What follows from a command; <paramref name="used"/> are the statuses that would go and that a case has.</summary>
    public static Decision<CaseTypeEvent> Decide(CaseTypeSnapshot? state, CaseTypeCommand command, ImmutableArray<string> used)
    {
        if (CheckForm(command) is { } malformed)
        {
            return malformed;
        }

        if (command is CreateCaseType create)
        {
            return state is not null
                ? DomainError.Conflict($"case type {state.Id} exists already")
                : new CaseTypeCreated(create.Name, create.Description, create.Emoji, create.Statuses ?? Of(CaseTypes.Standard));
        }

        return state is null || (state.DeletedAt is not null && command is not (DeleteCaseType or RemoveAttribute)) ? NotFound : command switch
        {
            DeleteCaseType => state.Type.Internal ? DomainError.Forbidden("a built-in case type cannot be deleted")
                : state.DeletedAt is null ? new CaseTypeDeleted(state.Type.Name)
                : Decision<CaseTypeEvent>.None,
            UpdateCaseType c => state.Type.Internal ? DomainError.Forbidden("a built-in case type cannot be changed") : Update(state, c, used),
            DefineAttribute c => Define(state, c.Attribute),
            ChangeAttribute c => Change(state, c),
            RemoveAttribute c => state.Attributes.FirstOrDefault(known => known.Id == c.AttributeId) is { } gone
                ? new AttributeRemoved(gone)
                : Decision<CaseTypeEvent>.None,
            _ => throw new ArgumentException($"{command.GetType().Name} has no arm in {nameof(CaseTypeDecider)}.", nameof(command)),
        };
    }

    /// <summary>The statuses of a type as a value of their own.</summary>
    public static StatusSets Of(CaseType type) => new(type.Open, type.InProgress, type.Closed);

    /// <summary>The statuses that a type has and would not have any more, or in another group.</summary>
    public static ImmutableArray<string> Leaving(CaseType type, StatusSets next) =>
        [.. Gone(type.Open, next.Open), .. Gone(type.InProgress, next.InProgress), .. Gone(type.Closed, next.Closed)];

    private static IEnumerable<string> Gone(StatusSet before, StatusSet after) => before.Names.Except(after.Names, StringComparer.Ordinal);

    private static DomainError? CheckForm(CaseTypeCommand command) => command switch
    {
        CreateCaseType c => TextRules.Required("name", c.Name, Limits.Name)
            ?? TextRules.Optional("description", c.Description, Limits.CaseDescription)
            ?? CheckEmoji(c.Emoji)
            ?? CheckStatuses(c.Statuses),
        UpdateCaseType c => (c.Name is null ? null : TextRules.Required("name", c.Name, Limits.Name))
            ?? TextRules.Optional("description", c.Description, Limits.CaseDescription)
            ?? CheckEmoji(c.Emoji)
            ?? CheckStatuses(c.Statuses),
        DefineAttribute c => CheckKey(c.Attribute.Key)
            ?? TextRules.Required("display_name", c.Attribute.DisplayName, Limits.Name)
            ?? TextRules.Optional("description", c.Attribute.Description, Limits.CaseTitle)
            ?? CheckType(c.Attribute.Type)
            ?? CheckOptions(c.Attribute.Options),
        ChangeAttribute c => (c.DisplayName is null ? null : TextRules.Required("display_name", c.DisplayName, Limits.Name))
            ?? TextRules.Optional("description", c.Description, Limits.CaseTitle)
            ?? TextRules.Optional("map_from", c.MapFrom, Limits.Name)
            ?? (c.Type is null ? null : CheckType(c.Type))
            ?? (c.Options is { } options ? CheckOptions(options) : null),
        _ => null,
    };

    private static DomainError? CheckEmoji(string? emoji)
    {
        if (string.IsNullOrEmpty(emoji))
        {
            return null;
        }

        // One character as people see it, sequences joined by U+200D included, and one that is no letter, digit or ASCII sign.
        var first = Rune.GetRuneAt(emoji + "\0", 0);
        return TextRules.IsStorable(emoji) && new StringInfo(emoji).LengthInTextElements == 1 && first.Value > 0x20FF
            && Rune.GetUnicodeCategory(first) is UnicodeCategory.OtherSymbol or UnicodeCategory.MathSymbol or UnicodeCategory.OtherNotAssigned
            ? null
            : DomainError.Malformed("emoji must be one emoji");
    }

    private static DomainError? CheckStatuses(StatusSets? statuses)
    {
        if (statuses is null)
        {
            return null;
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (group, set) in new[] { ("open", statuses.Open), ("in_progress", statuses.InProgress), ("closed", statuses.Closed) })
        {
            if (set.Names.IsDefaultOrEmpty || set.Names.Length > Limits.StatusesOfGroup)
            {
                return DomainError.Invalid($"statuses_config.{group} needs 1 to {Limits.StatusesOfGroup} statuses");
            }

            if (!set.Names.Contains(set.Default))
            {
                return DomainError.Invalid($"the default of statuses_config.{group} is none of its statuses");
            }

            foreach (var name in set.Names)
            {
                if (TextRules.Required($"a status of statuses_config.{group}", name, Limits.Name) is { } problem)
                {
                    return problem;
                }

                if (!names.Add(name))
                {
                    return DomainError.Invalid($"status {name} is given twice; a status belongs to one group");
                }
            }
        }

        return null;
    }

    private static DomainError? CheckKey(string key) =>
        TextRules.Required("key", key, Limits.AttributeKey)
        ?? (key.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-')
            ? null
            : DomainError.Invalid("the key of a custom attribute may hold letters, digits, '_', '.' and '-' only"));

    private static DomainError? CheckType(string type) => CustomAttributeTypes.All.Contains(type)
        ? null
        : DomainError.Malformed($"unknown type of custom attribute. Must be one of {string.Join(", ", CustomAttributeTypes.All)}");

    private static DomainError? CheckOptions(ImmutableArray<string> options) =>
        options.IsDefaultOrEmpty ? null
        : options.Length > Limits.AttributeOptions ? DomainError.Invalid($"a custom attribute may have at most {Limits.AttributeOptions} options")
        : options.Select(static option => TextRules.Required("an option", option, Limits.AttributeValue)).FirstOrDefault(static problem => problem is not null);

    private static Decision<CaseTypeEvent> Update(CaseTypeSnapshot state, UpdateCaseType command, ImmutableArray<string> used)
    {
        if (!used.IsDefaultOrEmpty)
        {
            return DomainError.Invalid(
                $"status {string.Join(", ", used)} is in use; give its cases another status of the same group before it goes");
        }

        var facts = ImmutableArray.CreateBuilder<CaseTypeEvent>();
        var face = new CaseTypeFace(state.Type.Name, state.Description, state.Emoji);
        var next = new CaseTypeFace(command.Name ?? face.Name, command.Description ?? face.Description, command.Emoji ?? face.Emoji);
        if (next != face)
        {
            facts.Add(new CaseTypeChanged(face, next));
        }

        if (command.Statuses is { } statuses && !Same(statuses, state.Type))
        {
            facts.Add(new CaseTypeStatusesChanged(Of(state.Type), statuses));
        }

        return facts.ToImmutable();
    }

    private static bool Same(StatusSets sets, CaseType type) =>
        Same(sets.Open, type.Open) && Same(sets.InProgress, type.InProgress) && Same(sets.Closed, type.Closed);

    private static bool Same(StatusSet left, StatusSet right) => left.Default == right.Default && left.Names.SequenceEqual(right.Names);

    private static Decision<CaseTypeEvent> Define(CaseTypeSnapshot state, CustomAttribute attribute) =>
        state.Find(attribute.Key) is not null ? DomainError.Conflict($"case type {state.Type.Name} has a custom attribute {attribute.Key} already")
        : state.Attributes.Length >= Limits.Attributes ? DomainError.Invalid($"a case type may have at most {Limits.Attributes} custom attributes")
        : new AttributeDefined(attribute with { Options = attribute.Options.IsDefault ? [] : attribute.Options });

    private static Decision<CaseTypeEvent> Change(CaseTypeSnapshot state, ChangeAttribute command)
    {
        if (state.Attributes.FirstOrDefault(known => known.Id == command.AttributeId) is not { } before)
        {
            return UnknownAttribute(command.AttributeId.ToString());
        }

        var after = before with
        {
            DisplayName = command.DisplayName ?? before.DisplayName,
            Description = command.Description ?? before.Description,
            Type = command.Type ?? before.Type,
            MapFrom = command.MapFrom ?? before.MapFrom,
            Options = command.Options ?? before.Options,
            Required = command.Required ?? before.Required,
        };
        return after == before ? Decision<CaseTypeEvent>.None : new AttributeChanged(before, after);
    }
}
