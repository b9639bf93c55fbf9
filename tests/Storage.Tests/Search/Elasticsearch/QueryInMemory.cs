using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Switchboard.Storage.Tests.Search.Elasticsearch;

/// <summary>Evaluates searches over an <see cref="StoredIndex"/>.</summary>
internal static class QueryInMemory
{
    private static readonly string[] s_known =
        ["query", "sort", "from", "size", "track_total_hits", "_source", "timeout", "aggs", "runtime_mappings", "search_after"];

    public static JsonObject Search(StoredIndex index, JsonObject body)
    {
        body.Select(static p => p.Key).Except(s_known).ShouldBeEmpty();
        body["timeout"]!.GetValue<string>().ShouldEndWith("ms");
        var view = new View(index, body["runtime_mappings"]?.AsObject());
        var matching = index.Documents.Where(d => d.Value.Source is not null && Matches(view, body["query"]!.AsObject(), d.Value.Source!)).ToList();
        var answer = new JsonObject { ["took"] = 1, ["timed_out"] = false, ["_shards"] = new JsonObject { ["total"] = 1, ["successful"] = 1, ["skipped"] = 0, ["failed"] = 0 } };
        answer["hits"] = Hits(view, body, matching);
        if (body["aggs"] is JsonObject aggs)
        {
            answer["aggregations"] = Aggregate(view, aggs, [.. matching.Select(static d => d.Value.Source!)]);
        }

        return answer;
    }

    private static JsonObject Hits(View view, JsonObject body, List<KeyValuePair<string, StoredDocument>> matching)
    {
        var size = body["size"]!.GetValue<int>();
        var from = body["from"]?.GetValue<int>() ?? 0;
        (from + size).ShouldBeLessThanOrEqualTo(10_000, "Result window is too large");
        var keys = body["sort"]?.AsArray().Select(static s => s!.AsObject().Single()).Select(static s => (s.Key, Descending: s.Value!.GetValue<string>() == "desc")).ToList() ?? [];
        var sorted = matching.Select(d => (Id: d.Key, Sort: keys.Select(k => view.Values(k.Key, d.Value.Source!).Single()).ToArray()))
            .Order(Comparer<(string Id, object[] Sort)>.Create((x, y) => Compare(keys, x.Sort, y.Sort)));
        if (body["search_after"] is JsonArray after)
        {
            var place = after.Select(static v => v!.GetValueKind() == JsonValueKind.Number ? v.GetValue<long>() : (object)v.GetValue<string>()).ToArray();
            sorted = sorted.Where(d => Compare(keys, d.Sort, place) > 0).Order(Comparer<(string Id, object[] Sort)>.Create((x, y) => Compare(keys, x.Sort, y.Sort)));
        }

        var hits = new JsonObject();
        if (body["track_total_hits"]!.GetValueKind() != JsonValueKind.False)
        {
            var most = body["track_total_hits"]!.GetValueKind() == JsonValueKind.True ? long.MaxValue : body["track_total_hits"]!.GetValue<long>();
            hits["total"] = new JsonObject { ["value"] = Math.Min(most, matching.Count), ["relation"] = matching.Count > most ? "gte" : "eq" };
        }

        hits["hits"] = new JsonArray([.. sorted.Skip(from).Take(size).Select(static d => new JsonObject
        {
            ["_index"] = "x", ["_id"] = d.Id, ["_score"] = null,
            ["sort"] = new JsonArray([.. d.Sort.Select(static v => v is long number ? JsonValue.Create(number) : JsonValue.Create((string)v))]),
        })]);
        return hits;
    }

    private static int Compare(List<(string Key, bool Descending)> keys, object[] x, object[] y)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            var order = x[i] is long number ? number.CompareTo((long)y[i]) : string.CompareOrdinal((string)x[i], (string)y[i]);
            if (order != 0)
            {
                return keys[i].Descending ? -order : order;
            }
        }

        return 0;
    }

    private static bool Matches(View view, JsonObject query, JsonObject doc)
    {
        var (kind, clause) = query.Single();
        var body = clause!.AsObject();
        return kind switch
        {
            "match_all" => body.Count == 0,
            "match_none" => body.Count != 0,
            "bool" => Bool(view, body, doc),
            "term" => view.Values(body.Single().Key, doc).Any(v => Equal(v, Only(body, "value"))),
            "terms" => view.Values(body.Single().Key, doc).Any(v => body.Single().Value!.AsArray().Any(w => Equal(v, w!))),
            "prefix" => view.Values(body.Single().Key, doc).Any(v => ((string)v).StartsWith(Only(body, "value").GetValue<string>(), StringComparison.Ordinal)),
            "wildcard" => view.Values(body.Single().Key, doc).Any(v => Wildcard(Only(body, "value").GetValue<string>()).IsMatch((string)v)),
            "range" => Range(view, body, doc),
            "exists" => view.Values(body["field"]!.GetValue<string>(), doc).Any(),
            "match_phrase" => Phrase(view, body.Single().Key, doc, [.. Only(body, "query").GetValue<string>().Split(' ').Select(static w => (w, false))]),
            "intervals" => Intervals(view, body, doc),
            _ => throw new InvalidOperationException($"unknown query [{kind}]"),
        };
    }

    private static JsonNode Only(JsonObject body, string name)
    {
        var (key, value) = body.Single().Value!.AsObject().Single();
        key.ShouldBe(name);
        return value!;
    }

    private static bool Bool(View view, JsonObject body, JsonObject doc)
    {
        foreach (var (occurrence, clauses) in body)
        {
            var holds = occurrence switch
            {
                "filter" => clauses!.AsArray().All(c => Matches(view, c!.AsObject(), doc)),
                "must_not" => !clauses!.AsArray().Any(c => Matches(view, c!.AsObject(), doc)),
                "should" => clauses!.AsArray().Any(c => Matches(view, c!.AsObject(), doc)) && body["minimum_should_match"]!.GetValue<int>() == 1,
                "minimum_should_match" => body.ContainsKey("should"),
                _ => throw new InvalidOperationException($"[bool] query does not support [{occurrence}]"),
            };
            if (!holds)
            {
                return false;
            }
        }

        return true;
    }

    private static bool Range(View view, JsonObject body, JsonObject doc)
    {
        var (field, bounds) = body.Single();
        return view.Values(field, doc).Any(value => bounds!.AsObject().All(bound =>
        {
            var order = value is long number ? number.CompareTo(bound.Value!.GetValue<long>()) : string.CompareOrdinal((string)value, bound.Value!.GetValue<string>());
            return bound.Key switch { "gt" => order > 0, "gte" => order >= 0, "lt" => order < 0, "lte" => order <= 0, _ => throw new InvalidOperationException(bound.Key) };
        }));
    }

    private static bool Intervals(View view, JsonObject body, JsonObject doc)
    {
        var all = Only(body, "all_of").AsObject();
        all["ordered"]!.GetValue<bool>().ShouldBeTrue();
        all["max_gaps"]!.GetValue<int>().ShouldBe(0);
        return Phrase(view, body.Single().Key, doc, [.. all["intervals"]!.AsArray().Select(static i => i!.AsObject().Single()).Select(static i =>
            i.Key == "match" ? (i.Value!["query"]!.GetValue<string>(), false) : (i.Value!["prefix"]!.GetValue<string>(), true))]);
    }

    /// <summary>Each text of the field stands for itself: the mapping puts a gap between them.</summary>
    private static bool Phrase(View view, string field, JsonObject doc, (string Word, bool Prefix)[] wanted) => doc[field]!.AsArray().Any(text =>
    {
        view.TypeOf(field).ShouldBe("text");
        var words = text!.GetValue<string>().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Enumerable.Range(0, Math.Max(0, words.Length - wanted.Length + 1)).Any(at => wanted.Index().All(w =>
            w.Item.Prefix ? words[at + w.Index].StartsWith(w.Item.Word, StringComparison.Ordinal) : words[at + w.Index] == w.Item.Word));
    });

    private static Regex Wildcard(string pattern) => new(
        "^" + Regex.Replace(pattern, @"\\(.)|\*|\?|[^*?\\]+", static m => m.Value switch
        {
            "*" => ".*",
            "?" => ".",
            ['\\', var escaped] => Regex.Escape(escaped.ToString()),
            var text => Regex.Escape(text),
        }, RegexOptions.Singleline) + "\\z",
        RegexOptions.Singleline | RegexOptions.CultureInvariant);

    private static bool Equal(object value, JsonNode wanted) => wanted.GetValueKind() switch
    {
        JsonValueKind.Number => value is long number && number == wanted.GetValue<long>(),
        JsonValueKind.True => value is "true",
        JsonValueKind.False => value is "false",
        _ => value is string text && text == wanted.GetValue<string>(),
    };

    private static JsonObject Aggregate(View view, JsonObject aggregations, List<JsonObject> docs)
    {
        var answer = new JsonObject();
        foreach (var (name, aggregation) in aggregations)
        {
            var (kind, body) = aggregation!.AsObject().Single();
            answer[name] = kind switch
            {
                "terms" => Terms(view, body!.AsObject(), docs),
                "missing" => new JsonObject { ["doc_count"] = docs.Count(d => !view.Values(body!["field"]!.GetValue<string>(), d).Any()) },
                "composite" => Composite(view, body!.AsObject(), docs),
                _ => throw new InvalidOperationException($"unknown aggregation [{kind}]"),
            };
        }

        return answer;
    }

    private static JsonObject Terms(View view, JsonObject body, List<JsonObject> docs)
    {
        body.Select(static p => p.Key).Except(["field", "size", "shard_size", "order", "include"]).ShouldBeEmpty();
        body["order"]!.ToJsonString().ShouldBe("""[{"_count":"desc"},{"_key":"asc"}]""");
        var include = body["include"] is { } pattern ? new Regex($"^(?:{pattern.GetValue<string>()})\\z", RegexOptions.Singleline) : null;
        var buckets = docs.SelectMany(d => view.Values(body["field"]!.GetValue<string>(), d).Distinct())
            .Where(v => include is null || include.IsMatch((string)v))
            .CountBy(static v => v)
            .OrderByDescending(static b => b.Value).ThenBy(static b => b.Key, Comparer<object>.Create(CompareKeys))
            .Take(body["size"]!.GetValue<int>())
            .Select(static b => new JsonObject { ["key"] = Node(b.Key), ["doc_count"] = b.Value });
        return new() { ["doc_count_error_upper_bound"] = 0, ["sum_other_doc_count"] = 0, ["buckets"] = new JsonArray([.. buckets]) };
    }

    private static JsonObject Composite(View view, JsonObject body, List<JsonObject> docs)
    {
        var sources = body["sources"]!.AsArray().Select(static s => s!.AsObject().Single()).Select(static s =>
        {
            s.Value!["terms"]!["missing_bucket"]!.GetValue<bool>().ShouldBeTrue();
            return (s.Key, Field: s.Value["terms"]!["field"]!.GetValue<string>());
        }).ToList();
        var tuples = docs.SelectMany(d => sources.Aggregate<(string Key, string Field), IEnumerable<object?[]>>(
            [[]], (all, source) => all.SelectMany(tuple => view.Values(source.Field, d).Distinct().DefaultIfEmpty(null!).Select(v => (object?[])[.. tuple, v]))));
        var buckets = tuples.GroupBy(static t => string.Join('\n', t.Select(static v => v is null ? "\0" : v.ToString())))
            .Select(g => new JsonObject
            {
                ["key"] = new JsonObject(sources.Select((s, i) => KeyValuePair.Create(s.Key, g.First()[i] is { } value ? Node(value) : null))),
                ["doc_count"] = g.Count(),
            });
        return new() { ["buckets"] = new JsonArray([.. buckets]) };
    }

    private static int CompareKeys(object? x, object? y) => x is long number ? number.CompareTo((long)y!) : string.CompareOrdinal((string)x!, (string)y!);

    private static JsonNode Node(object value) => value is long number ? JsonValue.Create(number) : JsonValue.Create((string)value);

    /// <summary>The fields of a request: those of the mapping and those made by its scripts.</summary>
    private sealed class View(StoredIndex index, JsonObject? runtime)
    {
        public string TypeOf(string field) => index.Mappings["properties"]![field]!["type"]!.GetValue<string>();

        public IEnumerable<object> Values(string field, JsonObject doc)
        {
            if (runtime?[field] is JsonObject made)
            {
                made["script"]!["source"]!.GetValue<string>().ShouldBe(
                    "for (def f : doc['facets']) { if (f.startsWith(params['start'])) { emit(f.substring(params['start'].length())); } }");
                var start = made["script"]!["params"]!["start"]!.GetValue<string>();
                return Values("facets", doc).Cast<string>().Where(f => f.StartsWith(start, StringComparison.Ordinal)).Select(f => f[start.Length..]);
            }

            var type = index.Mappings["properties"]![field] is { } mapped ? mapped["type"]!.GetValue<string>() : throw new InvalidOperationException($"no mapping for [{field}]");
            var values = doc[field] switch { null => [], JsonArray many => many.Select(static v => v!), var one => [one] };
            return type switch
            {
                "long" or "integer" or "byte" => values.Select(static v => (object)v.GetValue<long>()),
                "boolean" => values.Select(static v => (object)(v.GetValue<bool>() ? "true" : "false")),
                "keyword" or "wildcard" => values.Select(static v => v.GetValue<string>()),
                "text" => values.SelectMany(static v => v.GetValue<string>().Split(' ', StringSplitOptions.RemoveEmptyEntries)),
                _ => throw new InvalidOperationException(type),
            };
        }
    }
}
