using Microsoft.Extensions.Options;

namespace Switchboard.Storage.Databases;

/// <summary>The databases of the tenants that this datacenter has.</summary>
public sealed class TenantDatabases : IAsyncDisposable
{
    /// <summary>The tenant of organisations, projects and cases.</summary>
    public const string CaseManagementTenant = "case-management";

    /// <summary>The tenant of schedules, policies and pages.</summary>
    public const string OnCallTenant = "on-call";

    /// <summary>Opens nothing yet: connections are made on first use.</summary>
    public TenantDatabases(IOptions<DatabaseOptions> databases, IOptions<StorageOptions> storage)
    {
        CaseManagement = new TenantDatabase(CaseManagementTenant, databases.Value.CaseManagement, storage.Value);
        OnCall = databases.Value.OnCall is { } onCall ? new TenantDatabase(OnCallTenant, onCall, storage.Value) : null;
    }

    /// <summary>The case-management database.</summary>
    public TenantDatabase CaseManagement { get; }

    /// <summary>The on-call database, or null where there is none.</summary>
    public TenantDatabase? OnCall { get; }

    /// <summary>All that there are.</summary>
    public IEnumerable<TenantDatabase> All => OnCall is null ? [CaseManagement] : [CaseManagement, OnCall];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CaseManagement.DisposeAsync();
        if (OnCall is not null)
        {
            await OnCall.DisposeAsync();
        }
    }
}
