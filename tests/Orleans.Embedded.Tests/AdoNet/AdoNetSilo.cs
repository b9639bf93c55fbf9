using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Storage;
using Orleans.TestingHost;
using Switchboard.Testing.Postgres;

namespace Orleans.Embedded.Tests.AdoNet;

/// <summary>
/// One silo over a migrated database, for a class of tests: a storage that keeps the row of a cleared state, one that deletes it, and
/// reminders. Tests keep apart by using grain ids of their own.
/// </summary>
public sealed class AdoNetSilo : IAsyncLifetime
{
    public const string ServiceId = "cross";

    private TestDatabase? _database;
    private InProcessTestCluster? _cluster;

    public NpgsqlDataSource Rows => _database!.DataSource;

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public IGrainStorage Keeping => Services.GetRequiredKeyedService<IGrainStorage>("keeping");

    public IGrainStorage Deleting => Services.GetRequiredKeyedService<IGrainStorage>("deleting");

    public IReminderTable Reminders => Services.GetRequiredService<IReminderTable>();

    private IServiceProvider Services => _cluster!.GetSiloServiceProvider();

    /// <summary>A silo of another service on the same rows.</summary>
    public Task<InProcessTestCluster> StartAsync(string serviceId) => StartAsync(_database!.ConnectionString, serviceId);

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _cluster = await StartAsync(_database.ConnectionString, ServiceId);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    private static async Task<InProcessTestCluster> StartAsync(string connectionString, string serviceId)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ServiceId = serviceId;
        builder.ConfigureSilo((_, silo) => silo
            .AddAdoNetGrainStorageAsDefault((AdoNetGrainStorageOptions options) => Configure(options, connectionString))
            .AddAdoNetGrainStorage("keeping", (AdoNetGrainStorageOptions options) => Configure(options, connectionString))
            .AddAdoNetGrainStorage("deleting", (AdoNetGrainStorageOptions options) =>
            {
                Configure(options, connectionString);
                options.DeleteStateOnClear = true;
            })
            .UseAdoNetReminderService((AdoNetReminderTableOptions options) =>
            {
                options.Invariant = "Npgsql";
                options.ConnectionString = connectionString;
            }));
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }

    private static void Configure(AdoNetGrainStorageOptions options, string connectionString)
    {
        options.Invariant = "Npgsql";
        options.ConnectionString = connectionString;
    }
}
