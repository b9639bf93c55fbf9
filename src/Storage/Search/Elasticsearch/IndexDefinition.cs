using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>
/// Template, settings and mapping of an index of cases. The mapping is strict: a field that nobody declared is an error and not a guess.
/// Texts come in lower case and cut into words by the domain, so that no analyzer's opinion of a word counts; moments are microseconds
/// since 1970, as exact as the rows.
/// </summary>
internal static class IndexDefinition
{
    /// <summary>Raised when documents change their form, so that an index of the older form is made anew.</summary>
    public const int Schema = 2;

    public static byte[] Template(ElasticsearchOptions options) => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["index_patterns"] = new JsonArray(options.Index + "-*"),
        ["priority"] = 500,
        ["template"] = new JsonObject { ["settings"] = Settings(options), ["mappings"] = Mappings() },
        ["_meta"] = new JsonObject { ["managed_by"] = "switchboard" },
    });

    private static JsonObject Settings(ElasticsearchOptions options) => new()
    {
        ["number_of_shards"] = options.Shards,
        ["number_of_replicas"] = options.Replicas,
        ["refresh_interval"] = "1s",
        ["max_result_window"] = SearchLimits.Window,

        // How long a deleted case's version is known, so that a late write does not bring it back.
        ["gc_deletes"] = "1h",
        ["analysis"] = new JsonObject
        {
            ["tokenizer"] = new JsonObject { ["words"] = new JsonObject { ["type"] = "whitespace", ["max_token_length"] = SearchWords.MaxBytes } },
            ["analyzer"] = new JsonObject { ["words"] = new JsonObject { ["type"] = "custom", ["tokenizer"] = "words" } },
        },
    };

    private static JsonObject Mappings() => new()
    {
        ["dynamic"] = "strict",
        ["_meta"] = new JsonObject { ["schema"] = Schema },
        ["_source"] = new JsonObject { ["enabled"] = true },
        ["properties"] = new JsonObject
        {
            ["org_id"] = Type("keyword"),
            ["id"] = Type("keyword"),
            ["version"] = Type("long"),
            ["project_id"] = Type("keyword"),
            ["key"] = Type("keyword"),
            ["public_id"] = Type("long"),
            ["type_id"] = Type("keyword"),
            ["title"] = Type("wildcard"),

            // A phrase must not reach from the title into the description.
            ["words"] = new JsonObject { ["type"] = "text", ["analyzer"] = "words", ["position_increment_gap"] = 100, ["norms"] = false },
            ["priority"] = Type("byte"),
            ["priority_rank"] = Type("byte"),
            ["status_group"] = Type("byte"),
            ["status_name"] = Type("keyword"),
            ["status_label"] = Type("keyword"),
            ["assignee_id"] = Type("keyword"),
            ["creation_source"] = Type("keyword"),
            ["created_by"] = Type("keyword"),
            ["created_at"] = Type("long"),
            ["modified_by"] = Type("keyword"),
            ["modified_at"] = Type("long"),
            ["closed_at"] = Type("long"),
            ["archived_at"] = Type("long"),
            ["archived"] = Type("keyword"),
            ["due_date"] = Type("keyword"),
            ["comment_count"] = Type("integer"),
            ["has_description"] = Type("boolean"),
            ["facets"] = Type("keyword"),
            ["facet_keys"] = Type("keyword"),
            ["numbers"] = Type("keyword"),
        },
    };

    private static JsonObject Type(string type) => new() { ["type"] = type };
}
