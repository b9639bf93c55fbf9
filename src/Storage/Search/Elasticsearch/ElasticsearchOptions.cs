using Microsoft.Extensions.Options;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>Where the search index lives; section <c>Search:Elasticsearch</c>, used when <c>Search:Engine</c> is <c>Elasticsearch</c>.</summary>
public sealed class ElasticsearchOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Search:Elasticsearch";

    /// <summary>Nodes of one cluster (version 8), separated by commas; the next one is tried when one cannot be reached.</summary>
    public string Addresses { get; set; } = "";

    /// <summary>The alias that is searched; indices are called after it, with the time of their making.</summary>
    public string Index { get; set; } = "switchboard-cases";

    /// <summary>An API key as Elasticsearch gives it out (<c>encoded</c>), or null.</summary>
    public string? ApiKey { get; set; }

    /// <summary>A user's name, in place of an API key, or null.</summary>
    public string? Username { get; set; }

    /// <summary>The user's password.</summary>
    public string? Password { get; set; }

    /// <summary>SHA-256 of the server's certificate, in hexadecimal, where its authority is not trusted by this machine; or null.</summary>
    public string? CertificateFingerprint { get; set; }

    /// <summary>Primary shards of a new index.</summary>
    public int Shards { get; set; } = 1;

    /// <summary>Replicas of a new index.</summary>
    public int Replicas { get; set; } = 1;

    /// <summary>Cases that share a bulk request at most.</summary>
    public int BulkCases { get; set; } = 500;

    /// <summary>Bytes of a bulk request at most, but for one case that is bigger.</summary>
    public int BulkBytes { get; set; } = 5 * 1024 * 1024;

    /// <summary>How long one request to write may take.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The addresses one by one.</summary>
    internal IEnumerable<string> Nodes => Addresses.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>Refuses settings that cannot work, or that would send a secret in the clear.</summary>
public sealed class ElasticsearchOptionsValidator(IOptions<SearchOptions> search) : IValidateOptions<ElasticsearchOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ElasticsearchOptions options)
    {
        if (search.Value.Engine != SearchEngine.Elasticsearch)
        {
            return ValidateOptionsResult.Success;
        }

        var failures = new List<string>();
        Require(options.Nodes.Any(), "Addresses", "is empty; set it to the nodes' addresses, such as https://es-1:9200,https://es-2:9200");
        var secret = options.ApiKey is not null || options.Username is not null;
        foreach (var node in options.Nodes)
        {
            var fine = Uri.TryCreate(node, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri is { UserInfo: "", Query: "", Fragment: "" };
            Require(fine, "Addresses", "has an entry that is no address; each is http(s)://host:port without user or password (set Username and Password, or ApiKey)");
            Require(
                !fine || !secret || uri!.Scheme == "https" || uri.IsLoopback,
                "Addresses", $"names {node}, which would get the secret unencrypted; use https");
        }

        Require(
            options.Index.Length is > 0 and <= 200 && options.Index.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.')
                && char.IsAsciiLetterLower(options.Index[0]),
            "Index", $"is '{options.Index}'; use lower-case letters, digits, '-', '_' and '.', beginning with a letter");
        Require(options.ApiKey is null || options.Username is null, "ApiKey", "and Username are both set; set one of them");
        Require((options.Username is null) == (options.Password is null), "Username", "and Password belong together; set both or none");
        Require(
            options.CertificateFingerprint is not { } print || (print.Replace(":", "", StringComparison.Ordinal) is { Length: 64 } hex && hex.All(char.IsAsciiHexDigit)),
            "CertificateFingerprint", "is no SHA-256; set 64 hexadecimal digits (openssl x509 -fingerprint -sha256)");
        Require(options.Shards is >= 1 and <= 100, "Shards", $"is {options.Shards}; set it from 1 to 100");
        Require(options.Replicas is >= 0 and <= 10, "Replicas", $"is {options.Replicas}; set it from 0 to 10");
        Require(options.BulkCases is >= 1 and <= 10_000, "BulkCases", $"is {options.BulkCases}; set it from 1 to 10000");
        Require(options.BulkBytes is >= 64 * 1024 and <= 90 * 1024 * 1024, "BulkBytes", $"is {options.BulkBytes}; set it from 65536 to 94371840");
        Require(
            options.WriteTimeout >= TimeSpan.FromSeconds(1) && options.WriteTimeout <= TimeSpan.FromMinutes(5),
            "WriteTimeout", $"is {options.WriteTimeout}; set it from 00:00:01 to 00:05:00");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Require(bool holds, string key, string problem)
        {
            if (!holds)
            {
                failures.Add($"{ElasticsearchOptions.Section}:{key} {problem}.");
            }
        }
    }
}
