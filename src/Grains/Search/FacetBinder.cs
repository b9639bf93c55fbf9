using System.Collections.Immutable;
using System.Globalization;
using Switchboard.Cases;

namespace Switchboard.Grains.Search;

/// <summary>The facets of the language, one method for each kind. <c>docs/search.md</c> lists them for users.</summary>
internal sealed class FacetBinder(SearchContext context)
{
    private static readonly CaseFilter s_nothing = new ConstantFilter(false);
    private static readonly CaseFilter s_everything = new ConstantFilter(true);

    private static readonly ImmutableArray<(string Name, CasePriority Value)> s_priorities =
    [
        ("p1", CasePriority.P1), ("p2", CasePriority.P2), ("p3", CasePriority.P3), ("p4", CasePriority.P4), ("p5", CasePriority.P5),
        ("not_defined", CasePriority.NotDefined),
    ];

    private static readonly ImmutableArray<(string Name, StatusGroup Value)> s_groups =
        [("open", StatusGroup.Open), ("in_progress", StatusGroup.InProgress), ("closed", StatusGroup.Closed)];

    /// <summary>Whether a facet decided about archived cases, so that the default does not.</summary>
    public bool MentionsArchive { get; private set; }

    /// <summary>Whether a facet asks for merged cases, which the archive does not hide then.</summary>
    public bool MentionsMerged { get; private set; }

    /// <summary>Cases that were merged into others.</summary>
    public static CaseFilter Merged { get; } = new AttributeFilter(CaseTerms.MergeStatus, TextPattern.Exact("merged"));

    /// <summary>The facet's filter, or what is wrong with its value.</summary>
    public (CaseFilter Filter, string? Problem) Bind(FacetNode facet) => facet.Key switch
    {
        "status" => Status(facet.Value),
        "status_name" => Text(CaseTextField.StatusName, facet.Value),
        "status_group" => StatusGroups(facet.Value),
        "priority" => Priorities(facet.Value),
        "type" => Types(facet.Value),
        "type_id" => Id(facet.Value, static id => new TypeFilter([id])),
        "key" => Text(CaseTextField.Key, facet.Value),
        "public_id" => PublicId(facet.Value),
        "project" or "project.key" => Text(CaseTextField.ProjectKey, facet.Value),
        "project_id" => Id(facet.Value, static id => new ProjectFilter([id])),
        "assignee" => User(CaseUserField.Assignee, facet.Value),
        "created_by" => User(CaseUserField.CreatedBy, facet.Value),
        "modified_by" => User(CaseUserField.ModifiedBy, facet.Value),
        "creation_source" => Text(CaseTextField.CreationSource, facet.Value),
        "merge_status" => MergeStatus(facet.Value),
        "archived" or "is_archived" => Archived(facet.Value),
        "created_at" => Time(CaseTimeField.CreatedAt, facet.Value),
        "modified_at" => Time(CaseTimeField.ModifiedAt, facet.Value),
        "closed_at" => Time(CaseTimeField.ClosedAt, facet.Value),
        "due_date" => DueDate(facet.Value),
        "watcher" => User(CaseUserField.Watcher, facet.Value),
        "insight" => Insight(facet.Value),
        "insight.type" => Listed(CaseTerms.InsightType, facet.Value),
        "resolved_reason" => Listed(CaseTerms.ResolvedReason, facet.Value),
        "closed_reason" => ClosedReason(facet.Value),
        "has" => Has(facet.Value),

        // No case has one yet; the language knows it, so that saved queries keep their meaning.
        "jira.key" => (s_nothing, null),
        _ => Attribute(facet.Key, facet.Value),
    };

    private static (CaseFilter Filter, string? Problem) Refuse(string problem) => (s_nothing, problem);

    private static (CaseFilter Filter, string? Problem) RefuseRange() => Refuse(
        "its values have no order; ranges work on created_at, modified_at, closed_at, due_date, public_id, priority and on attributes that are numbers");

    private (CaseFilter Filter, string? Problem) Status(FacetValue value)
    {
        if (TextPattern.Of(value) is not { } pattern)
        {
            return RefuseRange();
        }

        if (!pattern.IsExact)
        {
            return Text(CaseTextField.StatusName, value);
        }

        foreach (var (name, group) in s_groups)
        {
            if (pattern.Start == name)
            {
                return (new StatusGroupFilter([group]), null);
            }
        }

        // PENDING_APPROVAL is the legacy value of the display status "Pending Approval".
        var display = pattern.Start.Replace('_', ' ');
        var named = new TextFilter(CaseTextField.StatusName, pattern);
        return display == pattern.Start
            ? (named, null)
            : (new AnyFilter([named, new TextFilter(CaseTextField.StatusName, TextPattern.Exact(display))]), null);
    }

    private static (CaseFilter Filter, string? Problem) StatusGroups(FacetValue value)
    {
        if (TextPattern.Of(value) is not { } pattern)
        {
            return RefuseRange();
        }

        ImmutableArray<StatusGroup> any = [.. s_groups.Where(g => pattern.Matches(g.Name) || pattern.Matches("sg_" + g.Name)).Select(static g => g.Value)];
        return any.Length > 0
            ? (new StatusGroupFilter(any), null)
            : Refuse($"there is no status group '{Show(value)}'; use OPEN, IN_PROGRESS or CLOSED");
    }

    private static (CaseFilter Filter, string? Problem) Priorities(FacetValue value)
    {
        if (value is RangeValue range)
        {
            return PriorityRange(range);
        }

        var pattern = TextPattern.Of(value)!;
        ImmutableArray<CasePriority> any = [.. s_priorities.Where(p => pattern.Matches(p.Name)).Select(static p => p.Value)];
        return any.Length > 0
            ? (new PriorityFilter(any), null)
            : Refuse($"there is no priority '{Show(value)}'; use P1, P2, P3, P4, P5 or NOT_DEFINED");
    }

    /// <summary>P1 to P5 have an order; a priority that nobody defined lies in no range.</summary>
    private static (CaseFilter Filter, string? Problem) PriorityRange(RangeValue range)
    {
        var from = 1;
        var to = 5;
        if ((range.From is { } low && !TryLevel(low, out from)) || (range.To is { } high && !TryLevel(high, out to)))
        {
            return Refuse($"a range of priorities has bounds from P1 to P5, not '{Show(range)}'");
        }

        from = range.FromInclusive ? from : from + 1;
        to = range.ToInclusive ? to : to - 1;
        return from > to
            ? (s_nothing, null)
            : (new PriorityFilter([.. Enumerable.Range(from, to - from + 1).Select(static level => (CasePriority)level)]), null);

        static bool TryLevel(string text, out int level)
        {
            level = text.Length == 2 && text[0] is 'P' or 'p' ? text[1] - '0' : 0;
            return level is >= 1 and <= 5;
        }
    }

    private (CaseFilter Filter, string? Problem) Types(FacetValue value)
    {
        if (TextPattern.Of(value) is not { } pattern)
        {
            return RefuseRange();
        }

        ImmutableArray<Guid> any = [.. context.Types.Where(t => pattern.Matches(t.Name) || pattern.Matches(t.LegacyName)).Select(static t => t.Id)];
        return (pattern.IsAny ? s_everything : any.Length > 0 ? new TypeFilter(any) : s_nothing, null);
    }

    private static (CaseFilter Filter, string? Problem) Text(CaseTextField field, FacetValue value) => TextPattern.Of(value) switch
    {
        null => RefuseRange(),
        { IsAny: true } => (s_everything, null),
        var pattern => (new TextFilter(field, pattern), null),
    };

    private static (CaseFilter Filter, string? Problem) Id(FacetValue value, Func<Guid, CaseFilter> filter) => value switch
    {
        ExactValue exact when Guid.TryParseExact(exact.Text, "D", out var id) => (filter(id), null),
        WildcardValue when TextPattern.Of(value)!.IsAny => (s_everything, null),
        _ => Refuse($"'{Show(value)}' is not a UUID"),
    };

    private static (CaseFilter Filter, string? Problem) PublicId(FacetValue value)
    {
        switch (value)
        {
            case WildcardValue when TextPattern.Of(value)!.IsAny:
                return (s_everything, null);
            case ExactValue exact when TryInteger(exact.Text, out var id):
                return (new PublicIdFilter(id, id), null);
            case RangeValue range:
                long from = 0, to = long.MaxValue;
                if ((range.From is null || TryInteger(range.From, out from)) && (range.To is null || TryInteger(range.To, out to)))
                {
                    return (new PublicIdFilter(range.FromInclusive ? from : from + 1, range.ToInclusive ? to : to - 1), null);
                }

                break;
        }

        return Refuse($"'{Show(value)}' is not a whole number of at most 18 digits");

        static bool TryInteger(string text, out long number) =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < 1_000_000_000_000_000_000;
    }

    private (CaseFilter Filter, string? Problem) User(CaseUserField field, FacetValue value)
    {
        if (TextPattern.Of(value) is not { } pattern)
        {
            return RefuseRange();
        }

        CaseFilter present = field switch
        {
            CaseUserField.Assignee => new PresentFilter(CasePart.Assignee),
            CaseUserField.ModifiedBy => new PresentFilter(CasePart.Modification),
            CaseUserField.Watcher => Any(CaseTerms.Watcher),
            _ => s_everything,
        };
        CaseFilter filter = pattern switch
        {
            { IsAny: true } => present,
            { IsExact: true, Start: "none" } => field == CaseUserField.CreatedBy ? s_nothing : new NotFilter(present),
            { IsExact: true, Start: "@me" } => context.CallerId == Guid.Empty ? s_nothing : new UserFilter(field, context.CallerId),
            { IsExact: true } when Guid.TryParseExact(pattern.Start, "D", out var id) => new UserFilter(field, id),
            _ => new HandleFilter(field, pattern),
        };
        return (filter, null);
    }

    /// <summary>Merged cases are archived ones: whoever asks for them finds them all the same.</summary>
    private (CaseFilter Filter, string? Problem) MergeStatus(FacetValue value)
    {
        if (TextPattern.Of(value) is not { } pattern)
        {
            return RefuseRange();
        }

        MentionsMerged |= pattern.Matches("merged");
        ImmutableArray<CaseFilter> any =
        [
            .. pattern.Matches("not_merged") ? [new NotFilter(Any(CaseTerms.MergeStatus))] : (CaseFilter[])[],
            .. ((string[])["merged", "parent"]).Where(pattern.Matches)
                .Select(CaseFilter (name) => new AttributeFilter(CaseTerms.MergeStatus, TextPattern.Exact(name))),
        ];
        return any switch
        {
            [] => Refuse($"there is no merge status '{Show(value)}'; use NOT_MERGED, MERGED or PARENT"),
            [var only] => (only, null),
            _ => (new AnyFilter(any), null),
        };
    }

    private (CaseFilter Filter, string? Problem) Archived(FacetValue value)
    {
        MentionsArchive = true;
        CaseFilter archived = new PresentFilter(CasePart.ArchivedAt);
        return TextPattern.Of(value) switch
        {
            { IsAny: true } => (s_everything, null),
            { IsExact: true, Start: "true" } => (archived, null),
            { IsExact: true, Start: "false" } => (new NotFilter(archived), null),
            _ => Refuse($"'{Show(value)}' is neither true nor false (nor '*' for both)"),
        };
    }

    private (CaseFilter Filter, string? Problem) Time(CaseTimeField field, FacetValue value)
    {
        switch (value)
        {
            case WildcardValue when TextPattern.Of(value)!.IsAny:
                return (field switch
                {
                    CaseTimeField.ModifiedAt => new PresentFilter(CasePart.Modification),
                    CaseTimeField.ClosedAt => new PresentFilter(CasePart.ClosedAt),
                    _ => s_everything,
                }, null);
            case ExactValue exact when SearchPeriod.TryRead(exact.Text, context.Now, out var period):
                return (new TimeFilter(field, period.AsFrom(inclusive: true), period.AsTo(inclusive: true)), null);
            case RangeValue range:
                SearchPeriod from = default, to = default;
                if ((range.From is null || SearchPeriod.TryRead(range.From, context.Now, out from)) &&
                    (range.To is null || SearchPeriod.TryRead(range.To, context.Now, out to)))
                {
                    return (new TimeFilter(
                        field,
                        range.From is null ? null : from.AsFrom(range.FromInclusive),
                        range.To is null ? null : to.AsTo(range.ToInclusive)), null);
                }

                break;
        }

        return Refuse($"'{Show(value)}' is not {SearchPeriod.Forms}");
    }

    /// <summary>A case is due on a day, whatever the hour: what is due today is not overdue.</summary>
    private (CaseFilter Filter, string? Problem) DueDate(FacetValue value)
    {
        switch (value)
        {
            case WildcardValue when TextPattern.Of(value)!.IsAny:
                return (new PresentFilter(CasePart.DueDate), null);
            case ExactValue { Text: var text } when text.Equals("none", StringComparison.OrdinalIgnoreCase):
                return (new NotFilter(new PresentFilter(CasePart.DueDate)), null);
            case ExactValue exact when TryDay(exact.Text, out var day):
                return (new DueFilter(day, day), null);
            case RangeValue range:
                DateOnly from = default, to = default;
                if ((range.From is not null && !TryDay(range.From, out from)) || (range.To is not null && !TryDay(range.To, out to)))
                {
                    break;
                }

                return (range.From is not null && !range.FromInclusive && from == DateOnly.MaxValue) || (range.To is not null && !range.ToInclusive && to == DateOnly.MinValue)
                    ? (s_nothing, null)
                    : (new DueFilter(
                        range.From is null ? null : range.FromInclusive ? from : from.AddDays(1),
                        range.To is null ? null : range.ToInclusive ? to : to.AddDays(-1)), null);
        }

        return Refuse($"'{Show(value)}' is not {SearchPeriod.Forms}");

        bool TryDay(string text, out DateOnly day)
        {
            var read = SearchPeriod.TryRead(text, context.Now, out var period);
            day = DateOnly.FromDateTime(period.Start.UtcDateTime);
            return read;
        }
    }

    private static (CaseFilter Filter, string? Problem) Listed(string key, FacetValue value) => TextPattern.Of(value) switch
    {
        null => RefuseRange(),
        { IsExact: true, Start: "none" } => (new NotFilter(Any(key)), null),
        var pattern => (new AttributeFilter(key, pattern), null),
    };

    private static (CaseFilter Filter, string? Problem) ClosedReason(FacetValue value) =>
        TextPattern.Of(value) is { IsExact: true, Start: not "none" } pattern && !ClosedReasons.All.Any(pattern.Matches)
            ? Refuse($"there is no reason '{Show(value)}'; use {string.Join(", ", ClosedReasons.All)} or none")
            : Listed(CaseTerms.ClosedReason, value);

    /// <summary>A type of insights, or what they refer to, <c>type:resource</c>.</summary>
    private static (CaseFilter Filter, string? Problem) Insight(FacetValue value) => Listed(
        TextPattern.Of(value)?.Pieces.Any(static piece => piece.Contains(':', StringComparison.Ordinal)) == true ? CaseTerms.Insight : CaseTerms.InsightType,
        value);

    private static AttributeFilter Any(string key) => new(key, new(["", ""]));

    private (CaseFilter Filter, string? Problem) Has(FacetValue value)
    {
        if (value is not ExactValue { Text.Length: > 0 } exact)
        {
            return Refuse($"'{Show(value)}' does not name a facet; use has:assignee, has:description, has:comments, has:team ...");
        }

        var key = exact.Text.ToLowerInvariant();
        MentionsArchive |= key is "archived" or "archived_at";
        CaseFilter filter = key switch
        {
            "assignee" => new PresentFilter(CasePart.Assignee),
            "modified_at" or "modified_by" => new PresentFilter(CasePart.Modification),
            "closed_at" => new PresentFilter(CasePart.ClosedAt),
            "archived" or "archived_at" => new PresentFilter(CasePart.ArchivedAt),
            "description" => new PresentFilter(CasePart.Description),
            "comment" or "comments" => new PresentFilter(CasePart.Comments),
            "due_date" => new PresentFilter(CasePart.DueDate),
            "watcher" or "watchers" => Any(CaseTerms.Watcher),
            "insight" or "insights" or "insight.type" => Any(CaseTerms.InsightType),
            "resolved_reason" => Any(CaseTerms.ResolvedReason),
            "closed_reason" => Any(CaseTerms.ClosedReason),
            "jira" or "jira.key" or "servicenow" or "ticket" => s_nothing,
            "status" or "status_name" or "status_group" or "priority" or "type" or "type_id" or "key" or "public_id" or "project" or "project.key"
                or "project_id" or "created_by" or "creation_source" or "merge_status" or "created_at" or "title" => s_everything,
            _ => Any(key),
        };
        return (filter, null);
    }

    private static (CaseFilter Filter, string? Problem) Attribute(string key, FacetValue value)
    {
        if (value is not RangeValue range)
        {
            // Numbers are kept in their shortest form where a type says that they are numbers, and as written elsewhere.
            var pattern = TextPattern.Of(value)!;
            CaseFilter written = new AttributeFilter(key, pattern);
            return (pattern.IsExact && AttributeNumber.Shortest(pattern.Start) is { } number && number != pattern.Start
                ? new AnyFilter([written, new AttributeFilter(key, TextPattern.Exact(number))])
                : written, null);
        }

        decimal from = 0, to = 0;
        return (range.From is null || TryNumber(range.From, out from)) && (range.To is null || TryNumber(range.To, out to))
            ? (new AttributeNumberFilter(
                key,
                range.From is null ? null : new NumberBound(from, range.FromInclusive),
                range.To is null ? null : new NumberBound(to, range.ToInclusive)), null)
            : Refuse($"a range of an attribute compares numbers, such as 3 or -0.5; '{Show(value)}' is none");
    }

    private static bool TryNumber(string text, out decimal number)
    {
        number = 0;
        return AttributeNumber.Shortest(text) is { } shortest && decimal.TryParse(shortest, NumberStyles.Number, CultureInfo.InvariantCulture, out number);
    }

    private static string Show(FacetValue value)
    {
        var text = value switch
        {
            ExactValue exact => exact.Text,
            WildcardValue wildcard => string.Join('*', wildcard.Pieces),
            RangeValue { From: null } range => range.To!,
            RangeValue { To: null } range => range.From,
            RangeValue range => $"{range.From} TO {range.To}",
            _ => "",
        };
        return text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 59), "\u2026");
    }
}
