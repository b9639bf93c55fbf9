namespace Switchboard.Storage.Databases;

/// <summary>The databases of the tenants; section <c>Databases</c> of the configuration.</summary>
public sealed class DatabaseOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Databases";

    /// <summary>Tenant <c>case-management</c>: organisations, projects, cases.</summary>
    public TenantDatabaseOptions CaseManagement { get; set; } = new();

    /// <summary>Tenant <c>on-call</c>; null in a datacenter that has none.</summary>
    public TenantDatabaseOptions? OnCall { get; set; }
}

/// <summary>The database of one tenant.</summary>
public sealed class TenantDatabaseOptions
{
    /// <summary>Connection string (Npgsql's) of the primary.</summary>
    public string? Primary { get; set; }

    /// <summary>
    /// Connection string of a replica, or null. Only readers that can live with a delay use it; commands, pages of the API and
    /// searches read the primary, because they show a write at once.
    /// </summary>
    public string? Replica { get; set; }
}
