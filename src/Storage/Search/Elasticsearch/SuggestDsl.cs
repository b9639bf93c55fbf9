using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>Keys or values of attributes that begin with what was typed.</summary>
internal static class SuggestDsl
{
    public static JsonObject Of(Guid orgId, CaseFilter within, string? key, string typed, int limit)
    {
        var start = key is null ? typed : $"{key}:{typed}";
        var field = key is null ? "facet_keys" : "facets";
        var filter = new JsonArray(FilterDsl.Term("org_id", orgId.ToString("D")));
        switch (within)
        {
            case ProjectFilter projects: filter.Add(FilterDsl.Projects(projects)); break;
            case ConstantFilter { Value: false }: filter.Add(FilterDsl.Nothing()); break;
        }

        if (start.Length > 0)
        {
            filter.Add(FilterDsl.Prefix(field, start));
        }

        var terms = new JsonObject
        {
            ["field"] = field,

            // An empty value is no suggestion, and takes a place.
            ["size"] = limit + 1,
            ["order"] = new JsonArray(new JsonObject { ["_count"] = "desc" }, new JsonObject { ["_key"] = "asc" }),
        };
        if (start.Length > 0)
        {
            terms["include"] = FieldDsl.Beginning(start);
        }

        return new()
        {
            ["query"] = new JsonObject { ["bool"] = new JsonObject { ["filter"] = filter } },
            ["size"] = 0,
            ["track_total_hits"] = false,
            ["aggs"] = new JsonObject { ["suggested"] = new JsonObject { ["terms"] = terms } },
        };
    }

    public static IReadOnlyList<string> Read(string? key, JsonElement root) =>
    [
        .. root.GetProperty("aggregations").GetProperty("suggested").GetProperty("buckets").EnumerateArray()
            .Select(bucket => bucket.GetProperty("key").GetString()![(key is null ? 0 : key.Length + 1)..])
            .Where(static text => text.Length > 0),
    ];
}
