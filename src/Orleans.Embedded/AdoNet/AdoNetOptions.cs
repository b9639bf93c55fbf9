using System.Data.Common;
using Npgsql;
using Orleans.Storage;

namespace Orleans.Configuration;

/// <summary>
/// Where grain state is kept. Set <see cref="Invariant"/> and exactly one of <see cref="ConnectionString"/> and <see cref="DataSource"/>.
/// </summary>
public class AdoNetGrainStorageOptions : IStorageProviderSerializerOptions
{
    /// <summary>The invariant that applies when none is set.</summary>
    public const string DEFAULT_ADONET_INVARIANT = "Microsoft.Data.SqlClient";

    /// <summary>The stage of the silo's start in which storage is opened.</summary>
    public const int DEFAULT_INIT_STAGE = ServiceLifecycleStage.ApplicationServices;

    /// <summary>Connection string of the database. Never logged.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// A data source to use instead of a connection string. Its owner disposes it; the embedded engine wants an
    /// <see cref="NpgsqlDataSource"/>.
    /// </summary>
    public DbDataSource? DataSource { get; set; }

    /// <summary>Name of the ADO.NET provider. The embedded engine knows "Npgsql".</summary>
    public string Invariant { get; set; } = DEFAULT_ADONET_INVARIANT;

    /// <summary>The stage of the silo's start in which storage is opened; it must come before the first grain that has state.</summary>
    public int InitStage { get; set; } = DEFAULT_INIT_STAGE;

    /// <summary>Turns state into bytes; unless set, JSON as Microsoft Orleans stores it.</summary>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;

    /// <summary>
    /// True: clearing state deletes the row. False: the row stays, empty and with a new version, so that the ETag goes on counting.
    /// </summary>
    public bool DeleteStateOnClear { get; set; }
}

/// <summary>
/// Where reminders are kept. Set <see cref="Invariant"/> and exactly one of <see cref="ConnectionString"/> and <see cref="DataSource"/>.
/// </summary>
public class AdoNetReminderTableOptions
{
    /// <summary>Name of the ADO.NET provider. The embedded engine knows "Npgsql".</summary>
    public string Invariant { get; set; } = null!;

    /// <summary>Connection string of the database. Never logged.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// A data source to use instead of a connection string. Its owner disposes it; the embedded engine wants an
    /// <see cref="NpgsqlDataSource"/>.
    /// </summary>
    public DbDataSource? DataSource { get; set; }
}

/// <summary>
/// Where cluster membership is kept. A single process has none: the embedded engine checks these options, so that a wrong one is found
/// before the move to Microsoft Orleans, and uses nothing of them.
/// </summary>
public class AdoNetClusteringSiloOptions
{
    /// <summary>Name of the ADO.NET provider. The embedded engine knows "Npgsql".</summary>
    public string Invariant { get; set; } = null!;

    /// <summary>Connection string of the database. Never logged.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>A data source to use instead of a connection string. Its owner disposes it.</summary>
    public DbDataSource? DataSource { get; set; }
}
