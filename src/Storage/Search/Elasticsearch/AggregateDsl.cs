using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>An aggregate: all combinations, page by page, since only all of them tell which are the biggest.</summary>
internal static class AggregateDsl
{
    /// <summary>As many combinations as are looked at.</summary>
    public const int MostGroups = 100_000;

    private const int Page = 10_000;

    public static JsonObject Of(CaseAggregateRequest request, JsonObject query, JsonObject? after)
    {
        var composite = new JsonObject
        {
            ["size"] = Page,
            ["sources"] = new JsonArray([.. request.GroupBy.Select((field, i) => new JsonObject
            {
                [Source(i)] = new JsonObject { ["terms"] = new JsonObject { ["field"] = FieldDsl.Name(field, i), ["missing_bucket"] = true } },
            })]),
        };
        if (after is not null)
        {
            composite["after"] = after;
        }

        var body = new JsonObject
        {
            ["query"] = query,
            ["size"] = 0,
            ["track_total_hits"] = true,
            ["aggs"] = new JsonObject { ["groups"] = new JsonObject { ["composite"] = composite } },
        };
        if (FieldDsl.Runtime(request.GroupBy) is { } runtime)
        {
            body["runtime_mappings"] = runtime;
        }

        return body;
    }

    public static AggregatePart Read(CaseAggregateRequest request, JsonElement root)
    {
        var groups = root.GetProperty("aggregations").GetProperty("groups");
        ImmutableArray<CaseGroup> found =
        [
            .. groups.GetProperty("buckets").EnumerateArray().Select(bucket => new CaseGroup(
                [.. request.GroupBy.Select((_, i) => FieldDsl.Key(bucket.GetProperty("key").GetProperty(Source(i))))],
                bucket.GetProperty("doc_count").GetInt64())),
        ];
        return new(
            root.GetProperty("hits").GetProperty("total").GetProperty("value").GetInt64(),
            found,
            found.Length == Page && groups.TryGetProperty("after_key", out var after) ? JsonObject.Create(after.Clone()) : null);
    }

    private static string Source(int i) => string.Create(CultureInfo.InvariantCulture, $"key_{i}");
}

/// <summary>Some of the combinations, and where the others begin.</summary>
internal sealed record AggregatePart(long Total, ImmutableArray<CaseGroup> Groups, JsonObject? After);
