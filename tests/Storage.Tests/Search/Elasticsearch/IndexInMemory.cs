using System.Text;
using System.Text.Json.Nodes;

namespace Switchboard.Storage.Tests.Search.Elasticsearch;

/// <summary>
/// The part of Elasticsearch 8 that we use, in memory and without leniency: a field that the mapping lacks, a word of the query language
/// that is not known here, a name that is no index are errors as the real one gives them. Documents are searched as soon as they are written.
/// </summary>
internal sealed class IndexInMemory
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, StoredIndex> _indices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> _templates = [];

    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock)
            {
                return [.. _indices.Keys];
            }
        }
    }

    public IReadOnlyDictionary<string, StoredDocument> Documents(string alias)
    {
        lock (_lock)
        {
            return Resolve(alias)!.Documents.Where(static d => d.Value.Source is not null).ToDictionary();
        }
    }

    public void Lose(string alias)
    {
        lock (_lock)
        {
            _indices.Remove(_indices.Single(i => i.Value.Alias == alias).Key);
        }
    }

    public PeerAnswer Answer(PeerRequest request)
    {
        lock (_lock)
        {
            var (path, query) = request.Path.Split('?') is [var p, var q] ? (p[1..], q) : (request.Path[1..], "");
            var body = request.Body.Length == 0 || path.EndsWith("_bulk", StringComparison.Ordinal) ? null : JsonNode.Parse(request.Body)!.AsObject();
            return (request.Method, path.Split('/')) switch
            {
                ("PUT", ["_index_template", var name]) => Put(name, body!),
                ("PUT", [var name]) => Create(name, body!),
                ("DELETE", [var name]) => _indices.Remove(name) ? Acknowledged : Missing(name),
                ("GET", ["_alias", var alias]) => Resolve(alias) is null
                    ? new(404, $$"""{"error":"alias [{{alias}}] missing","status":404}""")
                    : Listed(_indices.Where(i => i.Value.Alias == alias)),
                ("GET", [var pattern, "_alias"]) => Listed(_indices.Where(i => i.Key.StartsWith(pattern.TrimEnd('*'), StringComparison.Ordinal))),
                ("GET", [var name, "_mapping"]) => Resolve(name) is { } index
                    ? PeerAnswer.Ok(new JsonObject { [index.Name] = new JsonObject { ["mappings"] = index.Mappings.DeepClone() } }.ToJsonString())
                    : Missing(name),
                ("POST", ["_aliases"]) => Switch(body!),
                ("PUT", [var name, "_settings"]) => _indices.ContainsKey(name) ? Acknowledged : Missing(name),
                ("POST", [var name, "_refresh"]) => _indices.ContainsKey(name) ? Acknowledged : Missing(name),
                ("POST", [var name, "_bulk"]) => Bulk(name, query == "require_alias=true", request.Body),
                ("POST", [var name, "_search"]) when query == "allow_partial_search_results=false" =>
                    Resolve(name) is { } index ? PeerAnswer.Ok(QueryInMemory.Search(index, body!).ToJsonString()) : Missing(name),
                _ => throw new InvalidOperationException("no such endpoint"),
            };
        }
    }

    private static PeerAnswer Acknowledged => PeerAnswer.Ok("""{"acknowledged":true}""");

    private static PeerAnswer Missing(string name) => PeerAnswer.Error(404, "index_not_found_exception", $"no such index [{name}]");

    private StoredIndex? Resolve(string name) => _indices.GetValueOrDefault(name) ?? _indices.Values.FirstOrDefault(i => i.Alias == name);

    private static PeerAnswer Listed(IEnumerable<KeyValuePair<string, StoredIndex>> found)
    {
        var list = new JsonObject();
        foreach (var (name, index) in found)
        {
            list[name] = new JsonObject { ["aliases"] = index.Alias is { } alias ? new JsonObject { [alias] = new JsonObject { ["is_write_index"] = true } } : new JsonObject() };
        }

        return PeerAnswer.Ok(list.ToJsonString());
    }

    private PeerAnswer Put(string name, JsonObject body)
    {
        body.Select(static p => p.Key).Order().ShouldBe(["_meta", "index_patterns", "priority", "template"]);
        _templates[name] = body;
        return Acknowledged;
    }

    private PeerAnswer Create(string name, JsonObject body)
    {
        if (_indices.ContainsKey(name))
        {
            return PeerAnswer.Error(400, "resource_already_exists_exception", name);
        }

        body["settings"]!["index"]!["refresh_interval"]!.GetValue<string>().ShouldBe("-1");
        var template = _templates.Values.Single(t => name.StartsWith(t["index_patterns"]![0]!.GetValue<string>().TrimEnd('*'), StringComparison.Ordinal));
        _indices[name] = new(name, template["template"]!["mappings"]!.AsObject());
        return Acknowledged;
    }

    private PeerAnswer Switch(JsonObject body)
    {
        var actions = body["actions"]!.AsArray().Select(static a => a!.AsObject().Single()).ToList();
        foreach (var (_, action) in actions)
        {
            if (!_indices.ContainsKey(action!["index"]!.GetValue<string>()))
            {
                return Missing(action["index"]!.GetValue<string>());
            }
        }

        foreach (var (kind, action) in actions)
        {
            var index = _indices[action!["index"]!.GetValue<string>()];
            index.Alias = kind switch { "add" => action["alias"]!.GetValue<string>(), "remove" => null, _ => throw new InvalidOperationException(kind) };
        }

        return Acknowledged;
    }

    private PeerAnswer Bulk(string name, bool requireAlias, byte[] body)
    {
        var lines = Encoding.UTF8.GetString(body).Split('\n')[..^1];
        var items = new JsonArray();
        var errors = false;
        for (var i = 0; i < lines.Length; i++)
        {
            var (kind, meta) = JsonNode.Parse(lines[i])!.AsObject().Single();
            meta!.AsObject().Select(static p => p.Key).ShouldBe(["_id", "version", "version_type"]);
            meta["version_type"]!.GetValue<string>().ShouldBe("external");
            var source = kind == "index" ? JsonNode.Parse(lines[++i])!.AsObject() : null;
            var item = Write(name, requireAlias, meta["_id"]!.GetValue<string>(), meta["version"]!.GetValue<long>(), source);
            errors |= item["error"] is not null;
            items.Add(new JsonObject { [kind] = item });
        }

        return PeerAnswer.Ok(new JsonObject { ["took"] = 1, ["errors"] = errors, ["items"] = items }.ToJsonString());
    }

    private JsonObject Write(string name, bool requireAlias, string id, long version, JsonObject? source)
    {
        var index = Resolve(name);
        if (index is null || (requireAlias && index.Alias != name))
        {
            return Failed(id, 404, "index_not_found_exception", $"no such index [{name}] and [require_alias] request flag is [true] and [{name}] is not an alias");
        }

        var known = index.Documents.GetValueOrDefault(id);
        if (known is not null && known.Version >= version)
        {
            return Failed(id, 409, "version_conflict_engine_exception", $"current version [{known.Version}] is higher or equal to the one provided [{version}]");
        }

        if (source is not null && source.FirstOrDefault(field => index.Mappings["properties"]![field.Key] is null) is { Key: { } unknown })
        {
            return Failed(id, 400, "strict_dynamic_mapping_exception", $"mapping set to strict, dynamic introduction of [{unknown}] within [_doc] is not allowed");
        }

        index.Documents[id] = new(version, source);
        return new() { ["_index"] = index.Name, ["_id"] = id, ["_version"] = version, ["result"] = source is null ? known?.Source is null ? "not_found" : "deleted" : "updated", ["status"] = source is null && known?.Source is null ? 404 : 200 };
    }

    private static JsonObject Failed(string id, int status, string type, string reason) => new()
    {
        ["_id"] = id,
        ["status"] = status,
        ["error"] = new JsonObject { ["type"] = type, ["reason"] = reason },
    };
}

/// <summary>An index.</summary>
internal sealed class StoredIndex(string name, JsonObject mappings)
{
    public string Name => name;

    public JsonObject Mappings => mappings;

    public string? Alias { get; set; }

    public Dictionary<string, StoredDocument> Documents { get; } = [];
}

/// <summary>A document, or that there was one until some version.</summary>
internal sealed record StoredDocument(long Version, JsonObject? Source);
