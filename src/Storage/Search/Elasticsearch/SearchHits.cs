using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>The hits of a search.</summary>
internal sealed record SearchHits(long Total, ImmutableArray<SearchHit> Hits)
{
    /// <summary>Reads an answer; throws when anything is not as it must be.</summary>
    public static SearchHits Read(JsonElement root)
    {
        var hits = root.GetProperty("hits");
        return new(
            hits.TryGetProperty("total", out var total) ? total.GetProperty("value").GetInt64() : -1,
            [.. hits.GetProperty("hits").EnumerateArray().Select(static hit =>
            {
                var sort = hit.GetProperty("sort");
                return new SearchHit(hit.GetProperty("_id").GetGuid(), sort[sort.GetArrayLength() - 2].GetInt64());
            })]);
    }
}

/// <summary>A hit and when its case was opened, which every order ends with, besides the id.</summary>
internal readonly record struct SearchHit(Guid Id, long CreatedAt);

/// <summary>The orders of a search.</summary>
internal static class SearchOrder
{
    public static JsonArray Of(CaseSort sort, bool ascending) => sort switch
    {
        CaseSort.CreatedAt => Fields(("created_at", ascending), ("id", ascending)),
        CaseSort.Priority => Fields(("priority_rank", ascending), ("created_at", !ascending), ("id", !ascending)),
        CaseSort.Status => Fields(("status_group", ascending), ("status_name", ascending), ("created_at", !ascending), ("id", !ascending)),
        _ => throw new ArgumentOutOfRangeException(nameof(sort), sort, "No such order."),
    };

    private static JsonArray Fields(params (string Name, bool Ascending)[] fields) =>
        [.. fields.Select(static f => new JsonObject { [f.Name] = f.Ascending ? "asc" : "desc" })];
}
