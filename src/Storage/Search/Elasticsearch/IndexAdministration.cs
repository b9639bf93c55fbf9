using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>Template, indices and alias. Every failure is an <see cref="ElasticsearchException"/>.</summary>
internal sealed class IndexAdministration(ElasticsearchClient client, IOptions<ElasticsearchOptions> options, TimeProvider time)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);

    /// <summary>The alias.</summary>
    public string Alias => options.Value.Index;

    /// <summary>The indices behind the alias; none when it is missing.</summary>
    public async Task<ImmutableArray<string>> CurrentAsync(CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(HttpMethod.Get, $"_alias/{Alias}", null, s_timeout, cancellationToken);
        return answer.Status == 404 ? [] : [.. Checked(answer, "the alias cannot be read").EnumerateObject().Select(static index => index.Name)];
    }

    /// <summary>Whether the index behind the alias holds documents of this release's form.</summary>
    public async Task<bool> HasThisSchemaAsync(CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(HttpMethod.Get, $"{Alias}/_mapping", null, s_timeout, cancellationToken);
        return Checked(answer, "the mapping cannot be read").EnumerateObject().All(static index =>
            index.Value.TryGetProperty("mappings", out var mappings) && mappings.TryGetProperty("_meta", out var meta)
                && meta.TryGetProperty("schema", out var schema) && schema.GetInt32() >= IndexDefinition.Schema);
    }

    /// <summary>Puts the template and makes an empty index from it, which no search sees yet and which is not refreshed while it is filled.</summary>
    public async Task<string> CreateAsync(CancellationToken cancellationToken)
    {
        await DoAsync(HttpMethod.Put, $"_index_template/{Alias}", IndexDefinition.Template(options.Value), "the index template cannot be put", cancellationToken);
        var name = string.Create(CultureInfo.InvariantCulture, $"{Alias}-{time.GetUtcNow().UtcDateTime:yyyyMMddHHmmssfff}");
        await DoAsync(HttpMethod.Put, name, """{"settings":{"index":{"refresh_interval":"-1"}}}"""u8.ToArray(), $"the index {name} cannot be made", cancellationToken);
        return name;
    }

    /// <summary>Refreshes an index that was filled, now and from now on.</summary>
    public async Task OpenAsync(string index, CancellationToken cancellationToken)
    {
        await DoAsync(HttpMethod.Put, $"{index}/_settings", """{"index":{"refresh_interval":"1s"}}"""u8.ToArray(), $"{index} cannot be set", cancellationToken);
        await DoAsync(HttpMethod.Post, $"{index}/_refresh", null, $"{index} cannot be refreshed", cancellationToken);
    }

    /// <summary>Lets the alias stand for another index, in one step: no search meets none or both.</summary>
    public Task SwitchAsync(string index, ImmutableArray<string> old, CancellationToken cancellationToken)
    {
        var actions = new JsonArray([.. old.Select(name => new JsonObject { ["remove"] = new JsonObject { ["index"] = name, ["alias"] = Alias } })]);
        actions.Add(new JsonObject { ["add"] = new JsonObject { ["index"] = index, ["alias"] = Alias, ["is_write_index"] = true } });
        return DoAsync(
            HttpMethod.Post, "_aliases", JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["actions"] = actions }), $"the alias cannot be switched to {index}", cancellationToken);
    }

    /// <summary>Deletes every index of ours but one: the old one, and what an attempt that failed left.</summary>
    public async Task DeleteOthersAsync(string kept, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(HttpMethod.Get, $"{Alias}-*/_alias", null, s_timeout, cancellationToken);
        foreach (var index in Checked(answer, "the indices cannot be listed").EnumerateObject())
        {
            // Ours end in the time of their making; an alias of another installation may begin like ours.
            if (index.Name != kept && index.Name.Length == Alias.Length + 18 && index.Name[(Alias.Length + 1)..].All(char.IsAsciiDigit))
            {
                await DoAsync(HttpMethod.Delete, index.Name, null, $"{index.Name} cannot be deleted", cancellationToken);
            }
        }
    }

    private async Task DoAsync(HttpMethod method, string path, byte[]? body, string failure, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(method, path, body, s_timeout, cancellationToken);
        Checked(answer, failure);
    }

    private static JsonElement Checked(ElasticsearchAnswer answer, string failure) => answer.Succeeded
        ? answer.Body.RootElement
        : throw new ElasticsearchException($"{failure}: {answer.Problem}") { IndexMissing = answer.IsIndexMissing };
}
