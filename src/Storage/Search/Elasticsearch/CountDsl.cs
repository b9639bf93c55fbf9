using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>A count: the values of each field and, beside them, the cases that have none.</summary>
internal static class CountDsl
{
    public static JsonObject Of(CaseCountRequest request, JsonObject query)
    {
        var body = new JsonObject { ["query"] = query, ["size"] = 0, ["track_total_hits"] = true };
        if (FieldDsl.Runtime(request.GroupBys) is { } runtime)
        {
            body["runtime_mappings"] = runtime;
        }

        if (request.GroupBys.Length == 0)
        {
            return body;
        }

        var aggregations = new JsonObject();
        for (var i = 0; i < request.GroupBys.Length; i++)
        {
            var field = FieldDsl.Name(request.GroupBys[i], i);
            aggregations[Values(i)] = new JsonObject
            {
                ["terms"] = new JsonObject
                {
                    ["field"] = field,
                    ["size"] = request.Limit,

                    // Each shard tells more than is asked for, so that together they tell the right ones.
                    ["shard_size"] = Math.Max(5_000, request.Limit * 2),
                    ["order"] = new JsonArray(new JsonObject { ["_count"] = "desc" }, new JsonObject { ["_key"] = "asc" }),
                },
            };
            aggregations[None(i)] = new JsonObject { ["missing"] = new JsonObject { ["field"] = field } };
        }

        body["aggs"] = aggregations;
        return body;
    }

    public static CaseCounts Read(CaseCountRequest request, JsonElement root) => new(
        root.GetProperty("hits").GetProperty("total").GetProperty("value").GetInt64(),
        [.. request.GroupBys.Select((field, i) => new CaseFieldCounts(field, Read(root.GetProperty("aggregations"), i, request.Limit)))]);

    private static ImmutableArray<CaseValueCount> Read(JsonElement aggregations, int i, int limit)
    {
        var values = aggregations.GetProperty(Values(i)).GetProperty("buckets").EnumerateArray()
            .Select(static bucket => new CaseValueCount(FieldDsl.Key(bucket.GetProperty("key")), bucket.GetProperty("doc_count").GetInt64()));
        var none = aggregations.GetProperty(None(i)).GetProperty("doc_count").GetInt64();
        return
        [
            .. values.Concat(none > 0 ? [new CaseValueCount(null, none)] : [])
                .OrderByDescending(static v => v.Count).ThenBy(static v => v.Value, StringComparer.Ordinal).Take(limit),
        ];
    }

    private static string Values(int i) => string.Create(CultureInfo.InvariantCulture, $"values_{i}");

    private static string None(int i) => string.Create(CultureInfo.InvariantCulture, $"none_{i}");
}
