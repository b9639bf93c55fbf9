using System.Globalization;
using Switchboard.Cases;

namespace Switchboard.Storage.Tests.Search;

/// <summary>
/// Random queries, each with what it means written down beside it as a plain condition on a case, from docs/search.md: nothing here is read,
/// bound or matched by the code under test. Follows the grammar, so that precedence is put to the test as well.
/// </summary>
internal sealed class PlainQueries(Random random, SearchCases org, Guid caller)
{
    private static readonly DateTimeOffset _day = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private bool _mentionsArchive;

    /// <summary>A query and its meaning.</summary>
    internal readonly record struct Query(string Text, Func<CaseSnapshot, bool> Matches);

    public Query Next()
    {
        _mentionsArchive = false;
        var query = Or(random.Next(1, 4));
        return _mentionsArchive ? query : new(query.Text, one => one.ArchivedAt is null && query.Matches(one));
    }

    private Query Or(int depth)
    {
        Query[] parts = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => And(depth))];
        return new(string.Join(" OR ", parts.Select(static part => part.Text)), one => parts.Any(part => part.Matches(one)));
    }

    private Query And(int depth)
    {
        Query[] parts = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Unary(depth))];
        return new(
            string.Join(random.Next(2) == 0 ? " " : " AND ", parts.Select(static part => part.Text)), one => parts.All(part => part.Matches(one)));
    }

    private Query Unary(int depth)
    {
        var inner = depth > 1 && random.Next(3) == 0 ? Group(Or(depth - 1)) : Leaf();
        return random.Next(5) switch
        {
            0 => new($"-{inner.Text}", one => !inner.Matches(one)),
            1 => new($"NOT {inner.Text}", one => !inner.Matches(one)),
            _ => inner,
        };
    }

    private static Query Group(Query inner) => new($"({inner.Text})", inner.Matches);

    private Query Leaf() => random.Next(16) switch
    {
        0 => Draw(
            ("status:open", static one => one.StatusGroup == StatusGroup.Open),
            ("status:In_Progress", static one => one.StatusGroup == StatusGroup.InProgress),
            ("status_group:SG_CLOSED", static one => one.StatusGroup == StatusGroup.Closed),
            ("status_name:\"pending approval\"", static one => one.StatusName == "Pending Approval"),
            ("status_name:comp*", static one => one.StatusName == "Completed")),
        1 => Priority(),
        2 => Draw(
            ("type:STANDARD", static one => one.TypeId == SearchCases.Types[0].Id),
            ("type:\"change request\"", static one => one.TypeId == SearchCases.Types[1].Id),
            ($"type_id:{SearchCases.Types[1].Id}", static one => one.TypeId == SearchCases.Types[1].Id)),
        3 => Project(),
        4 => Person("assignee", static one => one.AssigneeId is { } user ? [user] : []),
        5 => Person("created_by", static one => [one.CreatedBy]),
        6 => Person("watcher", static one => [.. one.Details.Watchers]),
        7 or 8 => Attribute(),
        9 => Size(),
        10 => Due(),
        11 => Created(),
        12 => Draw(
            ("insight:MONITOR", static one => one.Details.Insights.Any(static insight => insight.Type == "MONITOR")),
            ("insight:monitor:13", static one => one.Details.Insights.Any(static insight => insight is { Type: "MONITOR", ResourceId: "13" })),
            ("insight:none", static one => one.Details.Insights.IsEmpty),
            ("resolved_reason:false_positive", static one => one.Details.ResolvedReason == "FALSE_POSITIVE"),
            ("closed_reason:none", static one => one.Details.ClosedReason is null),
            ("creation_source:manual", static one => one.CreationSource == "MANUAL"),
            ("has:description", static one => one.Description.Length > 0),
            ("has:assignee", static one => one.AssigneeId is not null),
            ("closed_at:*", static one => one.ClosedAt is not null)),
        13 => Archived(),
        _ => Words(),
    };

    private Query Priority()
    {
        var level = random.Next(1, 6);
        return Draw(
            ($"priority:P{level}", one => (int)one.Priority == level),
            ($"priority:p{level}", one => (int)one.Priority == level),
            ("priority:not_defined", static one => one.Priority == CasePriority.NotDefined),
            ($"priority:<=P{level}", one => one.Priority != CasePriority.NotDefined && (int)one.Priority <= level),
            ($"priority:>P{level}", one => (int)one.Priority > level),
            ($"priority:[P2 TO P{level}]", one => (int)one.Priority >= 2 && (int)one.Priority <= level),
            ($"priority:(P{level} OR NOT_DEFINED)", one => (int)one.Priority == level || one.Priority == CasePriority.NotDefined),
            ($"priority:(-P{level})", one => (int)one.Priority != level));
    }

    private Query Project()
    {
        var (id, key) = org.Projects[random.Next(org.Projects.Length)];
        return Draw(
            ($"project:{key}", one => one.ProjectId == id),
            ($"project.key:{key.ToLowerInvariant()}", one => one.ProjectId == id),
            ($"project_id:{id}", one => one.ProjectId == id),
            ($"key:{key}-*", one => one.ProjectId == id));
    }

    private Query Person(string facet, Func<CaseSnapshot, Guid[]> of)
    {
        var (id, email) = org.Users[random.Next(org.Users.Length)];
        return Draw(
            ($"{facet}:@me", one => of(one).Contains(caller)),
            ($"{facet}:{email}", one => of(one).Contains(id)),
            ($"{facet}:{id}", one => of(one).Contains(id)),
            ($"{facet}:none", one => of(one).Length == 0),
            ($"{facet}:*", one => of(one).Length > 0));
    }

    private Query Attribute()
    {
        var key = random.Next(2) == 0 ? "team" : "service";
        var value = new[] { "web", "Web-API", "api", "b c", "it's", "50%", "snake_case" }[random.Next(7)];
        return Draw(
            ($"{key}:\"{value}\"", one => ValuesOf(one, key).Contains(value, StringComparer.OrdinalIgnoreCase)),
            ($"{key.ToUpperInvariant()}:\"{value.ToUpperInvariant()}\"", one => ValuesOf(one, key).Contains(value, StringComparer.OrdinalIgnoreCase)),
            ($"{key}:{value[0]}*", one => ValuesOf(one, key).Any(own => own.StartsWith(value[..1], StringComparison.OrdinalIgnoreCase))),
            ($"{key}:*a*", one => ValuesOf(one, key).Any(static own => own.Contains('a', StringComparison.OrdinalIgnoreCase))),
            ($"{key}:(web OR api)", one => ValuesOf(one, key).Any(static own => own.ToLowerInvariant() is "web" or "api")),
            ($"{key}:(web AND -api)", one => ValuesOf(one, key).Contains("web", StringComparer.OrdinalIgnoreCase) && !ValuesOf(one, key).Contains("api", StringComparer.OrdinalIgnoreCase)));
    }

    /// <summary>Numbers whose order no rounding can change.</summary>
    private Query Size()
    {
        var bound = new[] { -1m, 1m, 12.5m, 100m, 2_000m }[random.Next(5)];
        var text = bound.ToString(CultureInfo.InvariantCulture);
        return Draw(
            ($"size:>{text}", one => SizeOf(one) > (double)bound),
            ($"size:<={text}", one => SizeOf(one) <= (double)bound),
            ($"size:[{text} TO *]", one => SizeOf(one) >= (double)bound),
            ("size:1000.0", static one => SizeOf(one) is 1000));
    }

    private Query Due()
    {
        var today = DateOnly.FromDateTime(SearchCases.Now.UtcDateTime);
        var day = today.AddDays(random.Next(-5, 6));
        return Draw(
            ($"due_date:{day:yyyy-MM-dd}", one => one.Details.DueDate == day),
            ($"due_date:>{day:yyyy-MM-dd}", one => one.Details.DueDate > day),
            ($"due_date:[* TO {day:yyyy-MM-dd}]", one => one.Details.DueDate <= day),
            ("due_date:<now", one => one.Details.DueDate < today),
            ("due_date:[now TO now+2d]", one => one.Details.DueDate >= today && one.Details.DueDate <= today.AddDays(2)),
            ("due_date:none", static one => one.Details.DueDate is null));
    }

    private Query Created()
    {
        var from = _day.AddDays(random.Next(-4, 14));
        var days = random.Next(1, 20);
        return Draw(
            ($"created_at:{from:yyyy-MM-dd}", one => one.CreatedAt >= from && one.CreatedAt < from.AddDays(1)),
            ($"created_at:[{from:yyyy-MM-dd} TO {from.AddDays(3):yyyy-MM-dd}]", one => one.CreatedAt >= from && one.CreatedAt < from.AddDays(4)),
            ($"created_at:>{from:yyyy-MM-dd}", one => one.CreatedAt >= from.AddDays(1)),
            ($"created_at:<{from:yyyy-MM-dd}", one => one.CreatedAt < from),
            ($"created_at:>=now-{days}d", one => one.CreatedAt >= SearchCases.Now.AddDays(-days)),
            ($"modified_at:<{from:yyyy-MM-dd}", one => one.ModifiedAt < from),
            ($"closed_at:>={from:yyyy-MM-dd}", one => one.ClosedAt >= from));
    }

    private Query Archived()
    {
        _mentionsArchive = true;
        return Draw(
            ("archived:true", static one => one.ArchivedAt is not null),
            ("is_archived:false", static one => one.ArchivedAt is null),
            ("archived:*", static _ => true));
    }

    private Query Words()
    {
        var (text, words, prefix) = new (string, string[], bool)[]
        {
            ("disk", ["disk"], false), ("FULL", ["full"], false), ("disks", ["disks"], false), ("dis*", ["dis"], true), ("\"disk full\"", ["disk", "full"], false),
            ("db-3", ["db", "3"], false), ("example.test", ["example", "test"], false), ("\"4 example\"", ["4", "example"], false), ("12e5", ["12e5"], false),
            ("naïve", ["naïve"], false), ("prod", ["prod"], false), ("nothing", ["nothing"], false), ("x", ["x"], false),
        }[random.Next(13)];
        return new(text, one => Has(one.Title, words, prefix) || Has(one.Description, words, prefix));
    }

    private static bool Has(string text, string[] words, bool prefix)
    {
        var own = new List<string>();
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && char.IsLetterOrDigit(text[i]))
            {
                start = start < 0 ? i : start;
            }
            else if (start >= 0)
            {
                own.Add(text[start..i].ToLowerInvariant());
                start = -1;
            }
        }

        return Enumerable.Range(0, Math.Max(0, own.Count - words.Length + 1)).Any(at => words.Index().All(word =>
            prefix ? own[at + word.Index].StartsWith(word.Item, StringComparison.Ordinal) : own[at + word.Index] == word.Item));
    }

    /// <summary>The values of an attribute and of the custom attribute of that name.</summary>
    private static string[] ValuesOf(CaseSnapshot one, string key) =>
    [
        .. one.Attributes.GetValueOrDefault(key, []),
        .. one.Details.CustomValues.Where(pair => pair.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).SelectMany(static pair => pair.Value.Values),
    ];

    /// <summary>Numbers have up to 16 digits before the point and 12 behind it; what has more is no number to a query.</summary>
    private static double? SizeOf(CaseSnapshot one) =>
        one.Details.CustomValues.TryGetValue("Size", out var value) && value.Values[0] is not ("1e40" or "1E-20")
        ? double.Parse(value.Values[0], CultureInfo.InvariantCulture)
        : null;

    private Query Draw(params (string Text, Func<CaseSnapshot, bool> Matches)[] leaves)
    {
        var (text, matches) = leaves[random.Next(leaves.Length)];
        return new(text, matches);
    }
}
