using System.Net;
using Microsoft.Extensions.Options;

namespace Switchboard.Silo.Hosting;

/// <summary>Where the HTTP endpoints listen; section <c>Http</c>.</summary>
internal sealed class HttpOptions
{
    /// <summary>An IP address; only this machine by default. Anything else wants a TLS terminator in front.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port; 0 takes a free one.</summary>
    public int Port { get; set; } = 8080;

    /// <summary>Seconds that running requests, grain turns and flushes have after a request to stop.</summary>
    public int ShutdownSeconds { get; set; } = 30;
}

/// <summary>Checks <see cref="HttpOptions"/> at start.</summary>
internal sealed class HttpOptionsValidator : IValidateOptions<HttpOptions>
{
    public ValidateOptionsResult Validate(string? name, HttpOptions options)
    {
        List<string> wrong = [];
        if (!IPAddress.TryParse(options.Address, out _))
        {
            wrong.Add($"Http:Address is '{options.Address}', which is no IP address; set it to 127.0.0.1 for this machine only or 0.0.0.0 for all networks.");
        }

        if (options.Port is < 0 or > 65535)
        {
            wrong.Add($"Http:Port is {options.Port}; set it to a port from 1 to 65535, or to 0 for any free one.");
        }

        if (options.ShutdownSeconds is < 1 or > 3600)
        {
            wrong.Add($"Http:ShutdownSeconds is {options.ShutdownSeconds}; set it to 1 to 3600 (default 30).");
        }

        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}

/// <summary>What this process runs; section <c>Roles</c>. A machine of its own runs all; a cluster may part them.</summary>
internal sealed class RoleOptions
{
    /// <summary>The names there are.</summary>
    public static readonly string[] Known = ["grains", "gateway", "handlers", "relay"];

    /// <summary>
    /// Comma-separated: <c>grains</c> hosts activations, <c>gateway</c> serves the API, <c>handlers</c> reads the streams of the flavors in
    /// <c>Handlers:Flavors</c>, <c>relay</c> brings the log to another transport than Postgres.
    /// </summary>
    public string Enabled { get; set; } = string.Join(',', Known);

    /// <summary>The enabled roles.</summary>
    public IReadOnlySet<string> Set => Enabled.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the API is served.</summary>
    public bool Gateway => Set.Contains("gateway");

    /// <summary>Whether handlers are run.</summary>
    public bool Handlers => Set.Contains("handlers");

    /// <summary>Whether the log is relayed, where the transport needs that.</summary>
    public bool Relay => Set.Contains("relay");
}

/// <summary>Checks <see cref="RoleOptions"/> at start.</summary>
internal sealed class RoleOptionsValidator : IValidateOptions<RoleOptions>
{
    public ValidateOptionsResult Validate(string? name, RoleOptions options)
    {
        var unknown = options.Set.Except(RoleOptions.Known, StringComparer.OrdinalIgnoreCase).ToList();
        if (unknown.Count > 0)
        {
            return ValidateOptionsResult.Fail(
                $"Roles:Enabled names {string.Join(", ", unknown)}; the roles are {string.Join(", ", RoleOptions.Known)}.");
        }

        // Every process of this release is a silo; a gateway without grains would be an Orleans client, which is not wired yet.
        return options.Set.Contains("grains")
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Roles:Enabled lacks 'grains'; every process hosts grains, so set it to 'grains' or 'grains,gateway'.");
    }
}
