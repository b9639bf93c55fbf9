using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Switchboard.Speech.Pools.Deepgram;
using Switchboard.Speech.Pools.OpenAi;
using Switchboard.Speech.Pools.Vosk;

namespace Switchboard.Speech.Pools;

/// <summary>The engines; section <c>Speech</c>.</summary>
public sealed class PoolOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Speech";

    /// <summary>The pools by their names.</summary>
    public Dictionary<string, EnginePoolOptions> Pools { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The pool for requests that name no model, and for models that no pool lists.</summary>
    public string DefaultPool { get; set; } = "default";

    /// <summary>Whether a model that no pool lists is refused instead of going to <see cref="DefaultPool"/>.</summary>
    public bool RefuseUnknownModels { get; set; }

    /// <summary>
    /// A PEM file with the certificates of authorities whose nodes are trusted besides those that the system trusts; null for none.
    /// </summary>
    public string? CertificateAuthorities { get; set; }

    /// <summary>How long a node may take to accept a connection.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The pause between two looks at a node's health.</summary>
    public TimeSpan HealthInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a node may take to say that it is well.</summary>
    public TimeSpan HealthTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How often a node with a stream is pinged, and how long it may take to answer before the stream is taken to another.</summary>
    public TimeSpan EnginePing { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Failures in a row after which a node is left alone.</summary>
    public int FailuresToRest { get; set; } = 3;

    /// <summary>How long it is left alone at first; doubled with each further failure, up to a minute.</summary>
    public TimeSpan Rest { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a node may take nothing of a file that waits for it before another one is given the file.</summary>
    public TimeSpan FileTakeTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a node that has all of a file may take to answer before another one is given the file.</summary>
    public TimeSpan FileAnswerTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// The folder of temporary files that hold what nodes have begun to read, so that another node can be given it: <c>speech/files</c> in the
    /// data folder (<c>Data:Directory</c>), or the system's folder for temporary files, unless set.
    /// </summary>
    public string SpoolFolder { get; set; } = "";

    /// <summary>Bytes of one file that are kept; a larger one is given to one node only. Nothing is kept where there is one node.</summary>
    public long SpoolBytes { get; set; } = 512L * 1024 * 1024;

    /// <summary>Bytes that are kept of all files at the same time.</summary>
    public long SpoolTotalBytes { get; set; } = 4L * 1024 * 1024 * 1024;

    /// <summary>The largest answer to a file that is read, in bytes.</summary>
    public int MaxAnswerBytes { get; set; } = 64 * 1024 * 1024;

    internal static string DefaultSpoolFolder(IConfiguration configuration) =>
        configuration["Data:Directory"] is { Length: > 0 } data ? Path.Combine(data, "speech", "files") : Path.GetTempPath();
}

/// <summary>Nodes that do the same; section <c>Speech:Pools:{name}</c>.</summary>
public sealed class EnginePoolOptions
{
    /// <summary>Names of the models that go here; a star at the end stands for anything (<c>nova-*</c>).</summary>
    public List<string> Models { get; set; } = [];

    /// <summary>The model's name at the nodes; null passes the client's on.</summary>
    public string? EngineModel { get; set; }

    /// <summary>The nodes.</summary>
    public List<EngineNodeOptions> Nodes { get; set; } = [];
}

/// <summary>A node.</summary>
public sealed class EngineNodeOptions
{
    /// <summary>What it is called in logs; the host and port by default.</summary>
    public string? Name { get; set; }

    /// <summary><c>Deepgram</c>, <c>Vosk</c> or <c>OpenAi</c>: how it is talked to.</summary>
    public string Kind { get; set; } = "Deepgram";

    /// <summary>Where it is: <c>http://host:port</c>, or https.</summary>
    public string Url { get; set; } = "";

    /// <summary>Streams and files that it can do at the same time: also its weight.</summary>
    public int Capacity { get; set; } = 16;

    /// <summary>The key that it wants, or null.</summary>
    public string? Key { get; set; }

    /// <summary>The path that answers 200 while the node takes new work; empty asks nothing. Null is the kind's own.</summary>
    public string? HealthPath { get; set; }
}

/// <summary>Refuses pools that cannot work, naming the configuration key to change.</summary>
internal sealed class PoolOptionsValidator : IValidateOptions<PoolOptions>
{
    private static readonly string[] Kinds = [DeepgramKind.KindName, VoskKind.KindName, OpenAiKind.KindName];

    public ValidateOptionsResult Validate(string? name, PoolOptions options)
    {
        var failures = new List<string>();
        if (options.Pools.Count > 0 && !options.Pools.ContainsKey(options.DefaultPool))
        {
            failures.Add($"Speech:DefaultPool is '{options.DefaultPool}'; set it to one of {string.Join(", ", options.Pools.Keys)}.");
        }

        foreach (var (pool, settings) in options.Pools)
        {
            if (settings.Nodes.Count == 0)
            {
                failures.Add($"Speech:Pools:{pool}:Nodes is empty; add a node with Kind and Url, or remove the pool.");
            }

            for (var index = 0; index < settings.Nodes.Count; index++)
            {
                Check($"Speech:Pools:{pool}:Nodes:{index}", settings.Nodes[index], failures);
            }
        }

        try
        {
            _ = EngineTrust.Read(options.CertificateAuthorities);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            failures.Add($"Speech:CertificateAuthorities is '{options.CertificateAuthorities}': {error.Message} Set it to a PEM file with certificates, or remove it.");
        }

        Time(options.ConnectTimeout, nameof(options.ConnectTimeout));
        Time(options.HealthInterval, nameof(options.HealthInterval));
        Time(options.HealthTimeout, nameof(options.HealthTimeout));
        Time(options.EnginePing, nameof(options.EnginePing));
        Time(options.Rest, nameof(options.Rest));
        Time(options.FileTakeTimeout, nameof(options.FileTakeTimeout));
        if (options.FileAnswerTimeout < TimeSpan.FromMilliseconds(10) || options.FileAnswerTimeout > TimeSpan.FromHours(24))
        {
            failures.Add($"Speech:FileAnswerTimeout is {options.FileAnswerTimeout}; set it to 00:00:00.010 to 24:00:00.");
        }

        if (options.SpoolFolder.Length == 0)
        {
            failures.Add("Speech:SpoolFolder is empty; set it to a folder for temporary files, or leave it out.");
        }

        Bytes(options.SpoolBytes, nameof(options.SpoolBytes));
        Bytes(options.SpoolTotalBytes, nameof(options.SpoolTotalBytes));
        if (options.FailuresToRest < 1)
        {
            failures.Add($"Speech:FailuresToRest is {options.FailuresToRest}; set it to 1 or more.");
        }

        if (options.MaxAnswerBytes < 1024 * 1024)
        {
            failures.Add($"Speech:MaxAnswerBytes is {options.MaxAnswerBytes}; set it to 1048576 or more.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Bytes(long value, string setting)
        {
            if (value is < 0 or > 1L << 40)
            {
                failures.Add($"Speech:{setting} is {value}; set it to 0, for none, to 1099511627776.");
            }
        }

        void Time(TimeSpan value, string setting)
        {
            if (value < TimeSpan.FromMilliseconds(10) || value > TimeSpan.FromMinutes(10))
            {
                failures.Add($"Speech:{setting} is {value}; set it to 00:00:00.010 to 00:10:00.");
            }
        }
    }

    private static void Check(string key, EngineNodeOptions node, List<string> failures)
    {
        if (!Kinds.Contains(node.Kind, StringComparer.OrdinalIgnoreCase))
        {
            failures.Add($"{key}:Kind is '{node.Kind}'; set it to one of {string.Join(", ", Kinds)}.");
        }

        if (!Uri.TryCreate(node.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            failures.Add($"{key}:Url is '{node.Url}'; set it to http://host:port or https://host:port.");
        }

        if (node.Capacity is < 1 or > 100_000)
        {
            failures.Add($"{key}:Capacity is {node.Capacity}; set it to 1 to 100000.");
        }
    }
}
