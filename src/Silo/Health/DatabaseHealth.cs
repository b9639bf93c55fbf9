using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Switchboard.Storage.Databases;

namespace Switchboard.Silo.Health;

/// <summary>Whether every tenant's primary answers a query. That it is migrated is sure: the process does not start otherwise.</summary>
internal sealed class DatabaseHealth(TenantDatabases databases) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var answers = await Task.WhenAll(databases.All.Select(database => AskAsync(database, cancellationToken)));
        var failures = answers.Where(answer => answer.Failure is not null).ToList();
        var data = answers.ToDictionary(answer => answer.Tenant, object (answer) => answer.Failure ?? "reachable");
        return failures.Count == 0
            ? HealthCheckResult.Healthy("all tenants' databases answer", data)
            : HealthCheckResult.Unhealthy($"no answer from the database of {string.Join(" and ", failures.Select(failure => failure.Tenant))}", data: data);
    }

    // Kinds and codes only: health is shown without a key, and a driver's message names hosts, users and databases.
    private static async Task<(string Tenant, string? Failure)> AskAsync(TenantDatabase database, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = database.Primary.CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return (database.Tenant, null);
        }
        catch (PostgresException error)
        {
            return (database.Tenant, $"refused with SQL state {error.SqlState}");
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            return (database.Tenant, "unreachable");
        }
    }
}
