using Microsoft.Extensions.Options;
using Npgsql;

namespace Switchboard.Storage.Databases;

/// <summary>Refuses connection strings that cannot work, and says which key to set.</summary>
internal sealed class DatabaseOptionsValidator : IValidateOptions<DatabaseOptions>
{
    public ValidateOptionsResult Validate(string? name, DatabaseOptions options)
    {
        var failures = new List<string>();
        Check(options.CaseManagement, $"{DatabaseOptions.Section}:{nameof(DatabaseOptions.CaseManagement)}", failures);
        if (options.OnCall is { } onCall)
        {
            Check(onCall, $"{DatabaseOptions.Section}:{nameof(DatabaseOptions.OnCall)}", failures);
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void Check(TenantDatabaseOptions tenant, string key, List<string> failures)
    {
        if (string.IsNullOrWhiteSpace(tenant.Primary))
        {
            failures.Add(
                $"{key}:{nameof(TenantDatabaseOptions.Primary)} is not set. Set it to the connection string of the tenant's PostgreSQL database, "
                + "for example 'Host=db.internal;Database=switchboard_cases;Username=switchboard;Password=...'.");
        }
        else
        {
            CheckConnection(tenant.Primary, $"{key}:{nameof(TenantDatabaseOptions.Primary)}", failures);
        }

        if (tenant.Replica is { } replica)
        {
            CheckConnection(replica, $"{key}:{nameof(TenantDatabaseOptions.Replica)}", failures);
        }
    }

    private static void CheckConnection(string text, string key, List<string> failures)
    {
        try
        {
            var parsed = new NpgsqlConnectionStringBuilder(text);
            if (string.IsNullOrEmpty(parsed.Host) || string.IsNullOrEmpty(parsed.Database))
            {
                failures.Add($"{key} must name at least Host and Database.");
            }
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            // The text may hold a password; the driver's message names only the keyword.
            failures.Add($"{key} is not a connection string that Npgsql understands: {error.Message}");
        }
    }
}

/// <summary>Refuses numbers that cannot work.</summary>
internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var failures = new List<string>();
        Range(options.AppendConnections, 1, 16, nameof(options.AppendConnections), failures);
        Range(options.AppendBatch, 1, 1000, nameof(options.AppendBatch), failures);
        Range(options.AppendQueue, options.AppendBatch, 1_000_000, nameof(options.AppendQueue), failures);
        Longer(options.AppendTimeout, TimeSpan.FromMilliseconds(100), nameof(options.AppendTimeout), failures);
        Longer(options.StatementTimeout, TimeSpan.FromMilliseconds(100), nameof(options.StatementTimeout), failures);
        Longer(options.IdleTransactionTimeout, TimeSpan.FromSeconds(1), nameof(options.IdleTransactionTimeout), failures);
        Longer(options.IdempotencyRetention, TimeSpan.FromHours(24), nameof(options.IdempotencyRetention), failures);
        Longer(options.IdempotencySweep, TimeSpan.FromSeconds(1), nameof(options.IdempotencySweep), failures);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void Range(int value, int least, int most, string key, List<string> failures)
    {
        if (value < least || value > most)
        {
            failures.Add($"{StorageOptions.Section}:{key} is {value}; set it to {least} to {most}.");
        }
    }

    private static void Longer(TimeSpan value, TimeSpan least, string key, List<string> failures)
    {
        if (value < least)
        {
            failures.Add($"{StorageOptions.Section}:{key} is {value}; set it to at least {least}.");
        }
    }
}
