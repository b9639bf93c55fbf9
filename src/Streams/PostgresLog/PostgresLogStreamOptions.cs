using Microsoft.Extensions.Options;
using Switchboard.Events;
using Switchboard.Storage.Databases;

namespace Switchboard.Streams.PostgresLog;

/// <summary>What one stream provider reads; named as the provider.</summary>
public sealed class PostgresLogStreamOptions
{
    /// <summary>The tenant whose log is read.</summary>
    public string Tenant { get; set; } = TenantDatabases.CaseManagementTenant;

    /// <summary>The flavor: the namespace of the streams, and the consumer of the rows.</summary>
    public string Flavor { get; set; } = "";

    /// <summary>Whether an event concerns the flavor; others are passed without being delivered. Must be pure and cheap. Null: all do.</summary>
    public Func<EventRecord, bool>? Wants { get; set; }
}

/// <summary>Checks the options of the log's providers at start.</summary>
/// <param name="provider">The provider's name.</param>
public sealed class PostgresLogStreamOptionsValidator(string provider) : IValidateOptions<PostgresLogStreamOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, PostgresLogStreamOptions options) =>
        name != provider ? ValidateOptionsResult.Skip
        : options.Flavor.Length == 0 ? ValidateOptionsResult.Fail($"The stream provider '{provider}' has no flavor; set {nameof(options.Flavor)} to the name of one.")
        : options.Tenant.Length == 0 ? ValidateOptionsResult.Fail($"The stream provider '{provider}' has no tenant; set {nameof(options.Tenant)}.")
        : ValidateOptionsResult.Success;
}
