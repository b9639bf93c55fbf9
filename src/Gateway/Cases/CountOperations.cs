using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Grains.Search;
using Switchboard.Orgs;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Cases;

/// <summary>Counts cases: by the values of fields, each for itself, or by combinations of values.</summary>
internal sealed class CountOperations(ICaseSearch search) : IApiOperations
{
    private const string Tag = "Case Management";
    private const int DefaultLimit = 10;

    private static readonly TextParameter Filter = new("query_filter", Parameter.InQuery, SearchLimits.MaxLength)
    {
        Description = "A query in the search language.",
    };

    private static readonly TextParameter GroupBys = new("group_bys", Parameter.InQuery, 1_100)
    {
        Description = "Fields to count by, divided by commas: status, priority, project, assignee, an attribute's key ...",
    };

    private static readonly IntegerParameter Limit = new("limit", 1, SearchLimits.MaxGroups, DefaultLimit)
    {
        Description = "The most values of each field.",
    };

    private static readonly TextField QueryFilter = new("query_filter", Required: true) { Description = "A query in the search language." };

    private static readonly ObjectField GroupBy = new(
        "group_by",
        Schema.Object(
            Always("groups", Schema.ListOf(Schema.Text).Says("The fields whose combinations are counted.")),
            Always("limit", Schema.Integer with { Minimum = 1, Maximum = SearchLimits.MaxGroups })),
        Required: true);

    private static readonly ResourceShape Aggregate = new("CaseAggregateRequest", "aggregate") { Attributes = [GroupBy, QueryFilter] };

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "CountCases",
            Method = "GET",
            Path = "/api/v2/cases/count",
            Tag = Tag,
            Summary = "Count cases",
            Description = "The group total is not in the public contract: how many cases match.",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [Filter, GroupBys, Limit],
            Response = Document("count", Schema.Object(
                Always("groups", Schema.ListOf(Schema.Object(
                    Always("group", Schema.Text),
                    Always("group_values", Schema.ListOf(Schema.Object(
                        Always("count", Schema.Integer),
                        Always("value", Schema.Text.Says("Empty for cases that have none.")))))))),
                Always("total", Schema.Integer)), "CaseCountResponse"),
            Handle = CountAsync,
        },
        new()
        {
            Id = "AggregateCases",
            Method = "POST",
            Path = "/api/v2/cases/aggregate",
            Tag = Tag,
            Summary = "Aggregate cases",
            Description = "With several fields a group is named by its values, joined by commas.",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Body = Aggregate,
            Response = Document("aggregate", Schema.Object(
                Always("groups", Schema.ListOf(Schema.Object(
                    Always("group", Schema.Text),
                    Always("value", Schema.ListOf(Schema.Integer))))),
                Always("total", Schema.Integer)), "CaseAggregateResponse"),
            Handle = AggregateAsync,
        },
    ];

    private static Schema Document(string type, Schema attributes, string name) => Schema.Object(
        Always("data", Schema.Object(
            Always("id", Schema.Text),
            Always("type", Schema.OneOf(type)),
            Always("attributes", attributes)))).Named(name);

    private async ValueTask CountAsync(ApiRequest request)
    {
        var names = request.Get(GroupBys).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var (fields, refusal) = FieldsOf(names);
        var parsed = SearchParser.Parse(request.Get(Filter));
        if (refusal is not null || parsed.Error is not null)
        {
            await (refusal is null ? request.RefuseAsync(parsed.Error!.ToDomainError()) : request.RefuseAsync(refusal));
            return;
        }

        var outcome = await search.CountAsync(
            new CaseCountRequest(request.OrgId, request.Principal.UserId, parsed.Query!, fields, request.Get(Limit)), request.Aborted);
        await (outcome.Succeeded
            ? request.SendAsync((request.Id, Names: names, Counts: outcome.Value), static (json, answer) => Write(json, answer.Id, answer.Names, answer.Counts))
            : request.RefuseAsync(outcome.Error));
    }

    private async ValueTask AggregateAsync(ApiRequest request)
    {
        var group = request.Body.Get(GroupBy)!.Value;
        if (!TryReadGroups(group, out var names, out var limit))
        {
            await request.RefuseAsync(ApiError.BadRequest(
                $"attribute \"group_by\" needs groups (1 to {SearchLimits.MaxGroupFields} texts) and limit (1 to {SearchLimits.MaxGroups})"));
            return;
        }

        var (fields, refusal) = FieldsOf(names);
        var parsed = SearchParser.Parse(request.Body.Get(QueryFilter));
        if (refusal is not null || parsed.Error is not null)
        {
            await (refusal is null ? request.RefuseAsync(parsed.Error!.ToDomainError()) : request.RefuseAsync(refusal));
            return;
        }

        var outcome = await search.AggregateAsync(
            new CaseAggregateRequest(request.OrgId, request.Principal.UserId, parsed.Query!, fields, limit), request.Aborted);
        await (outcome.Succeeded
            ? request.SendAsync((request.Id, Answer: outcome.Value), static (json, answer) => Write(json, answer.Id, answer.Answer))
            : request.RefuseAsync(outcome.Error));
    }

    private static bool TryReadGroups(JsonElement group, out string[] names, out int limit)
    {
        (names, limit) = ([], 0);
        if (!ResourceBody.TryGetMember(group, "groups", out var groups)
            || !ResourceBody.TryGetMember(group, "limit", out var most)
            || groups.GetArrayLength() is < 1 or > SearchLimits.MaxGroupFields
            || !most.TryGetInt32(out limit)
            || limit is < 1 or > SearchLimits.MaxGroups
            || groups.EnumerateArray().Any(static name => name.ValueKind != JsonValueKind.String))
        {
            return false;
        }

        names = [.. groups.EnumerateArray().Select(static name => name.GetString()!)];
        return true;
    }

    private static (ImmutableArray<CaseField> Fields, ApiError? Refusal) FieldsOf(string[] names)
    {
        if (names.Length > SearchLimits.MaxGroupFields)
        {
            return ([], ApiError.BadRequest($"cases can be grouped by at most {SearchLimits.MaxGroupFields} fields"));
        }

        var fields = ImmutableArray.CreateBuilder<CaseField>(names.Length);
        foreach (var name in names)
        {
            var field = CaseField.Parse(name);
            if (!field.Succeeded)
            {
                return ([], ApiError.Of(field.Error, conflictDocumented: false));
            }

            fields.Add(field.Value);
        }

        return (fields.MoveToImmutable(), null);
    }

    private static void Write(Utf8JsonWriter json, string id, string[] names, CaseCounts counts)
    {
        Begin(json, id, "count"u8);
        json.WriteStartArray("groups"u8);
        for (var i = 0; i < names.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("group"u8, names[i]);
            json.WriteStartArray("group_values"u8);
            foreach (var value in counts.Fields[i].Values)
            {
                json.WriteStartObject();
                json.WriteNumber("count"u8, value.Count);
                json.WriteString("value"u8, value.Value ?? "");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        End(json, counts.Total);
    }

    private static void Write(Utf8JsonWriter json, string id, CaseAggregate answer)
    {
        Begin(json, id, "aggregate"u8);
        json.WriteStartArray("groups"u8);
        foreach (var group in answer.Groups)
        {
            json.WriteStartObject();
            json.WriteString("group"u8, string.Join(',', group.Values.Select(static value => value ?? "")));
            json.WriteStartArray("value"u8);
            json.WriteNumberValue(group.Count);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        End(json, answer.Total);
    }

    // The id is the request's: an answer to a question is not a thing that could be asked for again.
    private static void Begin(Utf8JsonWriter json, string id, ReadOnlySpan<byte> type)
    {
        json.WriteStartObject();
        json.WriteStartObject("data"u8);
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, type);
        json.WriteStartObject("attributes"u8);
    }

    private static void End(Utf8JsonWriter json, long total)
    {
        json.WriteEndArray();
        json.WriteNumber("total"u8, total);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
