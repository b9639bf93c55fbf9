using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>
/// A filter as a query of Elasticsearch, with the meaning of <see cref="SearchMatcher"/>. Everything stands in filter context: nothing is
/// scored.
/// </summary>
/// <param name="directory">The ids behind the names of the filter; see <see cref="FilterNames"/>.</param>
internal sealed class FilterDsl(FilterNames directory)
{
    /// <summary>The query, for one organisation only.</summary>
    public JsonObject Of(Guid orgId, CaseFilter filter, params JsonNode?[] more)
    {
        var parts = new JsonArray(Term("org_id", orgId.ToString("D")), Write(filter));
        foreach (var one in more)
        {
            parts.Add(one);
        }

        return new() { ["bool"] = new JsonObject { ["filter"] = parts } };
    }

    /// <summary><paramref name="field"/> is <paramref name="value"/>.</summary>
    public static JsonObject Term(string field, JsonNode value) => new() { ["term"] = new JsonObject { [field] = new JsonObject { ["value"] = value } } };

    /// <summary><paramref name="field"/> begins with <paramref name="value"/>.</summary>
    public static JsonObject Prefix(string field, string value) => new() { ["prefix"] = new JsonObject { [field] = new JsonObject { ["value"] = value } } };

    private JsonObject Write(CaseFilter filter) => filter switch
    {
        ConstantFilter constant => constant.Value ? new() { ["match_all"] = new JsonObject() } : Nothing(),
        AllFilter all => Bool("filter", all.Parts),
        AnyFilter any => Any(any.Parts),
        NotFilter not => Bool("must_not", [not.Part]),
        WordsFilter words => Words(words),
        TitleFilter title => Wildcard("title", ["", .. title.Pattern.Pieces, ""]),
        PriorityFilter priority => Terms("priority", priority.Any.Order().Select(static p => (JsonNode)(int)p)),
        StatusGroupFilter group => Terms("status_group", group.Any.Order().Select(static g => (JsonNode)(int)g)),
        TypeFilter type => Ids("type_id", type.Any),
        ProjectFilter project => Projects(project),
        TextFilter text => Text(text),
        PublicIdFilter id => Range("public_id", ("gte", id.From), ("lte", id.To)),
        UserFilter { Field: CaseUserField.Watcher } watcher => Term("facets", Watcher(watcher.UserId)),
        HandleFilter { Field: CaseUserField.Watcher } watcher => Ids("facets", directory.Of(watcher), Watcher),
        UserFilter user => Term(Field(user.Field), user.UserId.ToString("D")),
        HandleFilter handle => Ids(Field(handle.Field), directory.Of(handle)),
        TimeFilter time => Time(time),
        DueFilter due => Range(
            "due_date",
            [
                .. due.From is { } from ? [("gte", (JsonNode)CaseDocument.Day(from))] : ((string, JsonNode)[])[],
                .. due.To is { } to ? [("lte", (JsonNode)CaseDocument.Day(to))] : ((string, JsonNode)[])[],
            ]),
        PresentFilter present => Present(present.Part),
        AttributeFilter attribute => Pattern("facets", new([$"{attribute.Key}:{attribute.Pattern.Start}", .. attribute.Pattern.Pieces.Skip(1)])),
        AttributeNumberFilter number => Number(number),
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "No such filter."),
    };

    /// <summary>In one of some projects.</summary>
    public static JsonObject Projects(ProjectFilter filter) =>
        filter.Any is [var only] ? Term("project_id", only.ToString("D")) : Ids("project_id", filter.Any);

    /// <summary>No case.</summary>
    public static JsonObject Nothing() => new() { ["match_none"] = new JsonObject() };

    private JsonObject Bool(string occurrence, ImmutableArray<CaseFilter> parts) =>
        new() { ["bool"] = new JsonObject { [occurrence] = new JsonArray([.. parts.Select(Write)]) } };

    private JsonObject Any(ImmutableArray<CaseFilter> parts)
    {
        var any = Bool("should", parts);
        any["bool"]!["minimum_should_match"] = 1;
        return any;
    }

    private static JsonObject Words(WordsFilter filter)
    {
        // The index holds no such word.
        if (filter.Words.Any(static w => Encoding.UTF8.GetByteCount(w) > SearchWords.MaxBytes))
        {
            return Nothing();
        }

        if (filter.Words is [var only])
        {
            return filter.Prefix ? Prefix("words", only) : Term("words", only);
        }

        if (!filter.Prefix)
        {
            return new() { ["match_phrase"] = new JsonObject { ["words"] = new JsonObject { ["query"] = string.Join(' ', filter.Words) } } };
        }

        // match_phrase_prefix would look at fifty words with the prefix only.
        var next = filter.Words[..^1].Select(static w => new JsonObject { ["match"] = new JsonObject { ["query"] = w } })
            .Append(new JsonObject { ["prefix"] = new JsonObject { ["prefix"] = filter.Words[^1] } });
        return new()
        {
            ["intervals"] = new JsonObject
            {
                ["words"] = new JsonObject
                {
                    ["all_of"] = new JsonObject { ["ordered"] = true, ["max_gaps"] = 0, ["intervals"] = new JsonArray([.. next]) },
                },
            },
        };
    }

    private JsonObject Text(TextFilter filter) => filter.Field switch
    {
        // Keys and sources are kept in upper case.
        CaseTextField.Key => Pattern("key", Upper(filter.Pattern)),
        CaseTextField.CreationSource => Pattern("creation_source", Upper(filter.Pattern)),
        CaseTextField.StatusName => Pattern("status_name", filter.Pattern),
        CaseTextField.ProjectKey => Ids("project_id", directory.Of(filter)),
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "No such text."),
    };

    private static TextPattern Upper(TextPattern pattern) => new([.. pattern.Pieces.Select(static p => p.ToUpperInvariant())]);

    private static JsonObject Pattern(string field, TextPattern pattern) =>
        pattern.IsExact ? Term(field, pattern.Start) : pattern.Pieces is [var start, ""] ? Prefix(field, start) : Wildcard(field, pattern.Pieces);

    private static JsonObject Wildcard(string field, ImmutableArray<string> pieces) => new()
    {
        ["wildcard"] = new JsonObject
        {
            [field] = new JsonObject
            {
                ["value"] = string.Join('*', pieces.Select(static p => p
                    .Replace("\\", "\\\\", StringComparison.Ordinal)
                    .Replace("*", "\\*", StringComparison.Ordinal)
                    .Replace("?", "\\?", StringComparison.Ordinal))),
            },
        },
    };

    private static JsonObject Terms(string field, IEnumerable<JsonNode> values) => new() { ["terms"] = new JsonObject { [field] = new JsonArray([.. values]) } };

    private static JsonObject Ids(string field, ImmutableArray<Guid> ids) => Ids(field, ids, static id => id.ToString("D"));

    private static JsonObject Ids(string field, ImmutableArray<Guid> ids, Func<Guid, string> spell) =>
        ids.IsEmpty ? Nothing() : Terms(field, ids.Select(id => (JsonNode)spell(id)));

    private static string Watcher(Guid userId) => new CaseTerm(CaseTerms.Watcher, userId.ToString("D")).ToString();

    private static JsonObject Time(TimeFilter filter) => Range(
        Field(filter.Field),
        [
            .. filter.From is { } from ? [(from.Inclusive ? "gte" : "gt", (JsonNode)CaseDocument.Moment(from.At))] : ((string, JsonNode)[])[],
            .. filter.To is { } to ? [(to.Inclusive ? "lte" : "lt", (JsonNode)CaseDocument.Moment(to.At))] : ((string, JsonNode)[])[],
        ]);

    /// <summary>Numbers are texts with the numbers' order behind <c>key:</c>, the colon's successor ends the key's.</summary>
    private static JsonObject Number(AttributeNumberFilter filter) => Range(
        "numbers",
        filter.From is { } from ? (from.Inclusive ? "gte" : "gt", $"{filter.Key}:{CaseDocument.Number(from.Value)}") : ("gte", $"{filter.Key}:"),
        filter.To is { } to ? (to.Inclusive ? "lte" : "lt", $"{filter.Key}:{CaseDocument.Number(to.Value)}") : ("lt", $"{filter.Key};"));

    private static JsonObject Range(string field, params (string Operator, JsonNode Value)[] bounds)
    {
        var range = new JsonObject();
        foreach (var (name, value) in bounds)
        {
            range[name] = value;
        }

        return new() { ["range"] = new JsonObject { [field] = range } };
    }

    private static JsonObject Present(CasePart part) => part switch
    {
        CasePart.Assignee => Exists("assignee_id"),
        CasePart.Modification => Exists("modified_at"),
        CasePart.ClosedAt => Exists("closed_at"),
        CasePart.ArchivedAt => Exists("archived_at"),
        CasePart.DueDate => Exists("due_date"),
        CasePart.Description => Term("has_description", true),
        CasePart.Comments => Range("comment_count", ("gt", 0)),
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, "No such part."),
    };

    private static JsonObject Exists(string field) => new() { ["exists"] = new JsonObject { ["field"] = field } };

    private static string Field(CaseUserField field) => field switch
    {
        CaseUserField.Assignee => "assignee_id",
        CaseUserField.CreatedBy => "created_by",
        CaseUserField.ModifiedBy => "modified_by",
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "No such user."),
    };

    private static string Field(CaseTimeField field) => field switch
    {
        CaseTimeField.CreatedAt => "created_at",
        CaseTimeField.ModifiedAt => "modified_at",
        CaseTimeField.ClosedAt => "closed_at",
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "No such time."),
    };
}
