using System.CommandLine;
using Switchboard.Storage.Databases;

namespace Switchboard.Cli.Connections;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    /// <summary>Which instance, by its data folder.</summary>
    public Option<string?> Data { get; } = new("--data")
    {
        Description = "The data folder of an instance that runs on this machine (./dev up --data).",
        Recursive = true,
    };

    /// <summary>Which instance, by its server.</summary>
    public Option<string?> Database { get; } = new("--database")
    {
        Description = "Connection string of the tenant's database. Without --data and --database: SWITCHBOARD__DATABASES__... and "
            + "SWITCHBOARD__DATABASE__SERVER, as the silo reads them. Arguments can be read by every user of the machine; the environment cannot.",
        Recursive = true,
    };

    /// <summary>Which tenant.</summary>
    public Option<string> Tenant { get; } = new("--tenant")
    {
        Description = "Whose streams: case-management or on-call.",
        Recursive = true,
        DefaultValueFactory = static _ => TenantDatabases.CaseManagementTenant,
    };

    /// <summary>How to print.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Print JSON instead of a table.", Recursive = true };

    /// <summary>Adds them to the root.</summary>
    public void AddTo(RootCommand root)
    {
        Tenant.AcceptOnlyFromAmong(TenantDatabases.CaseManagementTenant, TenantDatabases.OnCallTenant);
        root.Add(Data);
        root.Add(Database);
        root.Add(Tenant);
        root.Add(Json);
    }
}
