using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Switchboard.Storage;
using Switchboard.Storage.Databases;
using Switchboard.Storage.PrivateServer;

namespace Switchboard.Cli.Connections;

/// <summary>
/// The databases of an instance and what lies over them. Nothing is started or migrated: commands are rows, and the processes of the
/// instance carry them out.
/// </summary>
internal sealed class Instance : IAsyncDisposable
{
    private const string CaseManagementKey = "Databases:CaseManagement:Primary";
    private const string OnCallKey = "Databases:OnCall:Primary";

    private readonly ServiceProvider _services;

    private Instance(ServiceProvider services, string tenant) => (_services, Tenant) = (services, tenant);

    /// <summary>The tenant that the command is about.</summary>
    public string Tenant { get; }

    /// <summary>Who gives the command, for the record.</summary>
    public static string By => $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>The tenant's database.</summary>
    public TenantDatabase Database => Get<TenantDatabases>().All.FirstOrDefault(database => database.Tenant == Tenant)
        ?? throw new CommandFailedException(ExitCodes.Usage, $"No database of the tenant {Tenant} is configured.");

    /// <summary>A port of the storage.</summary>
    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Finds the databases.</summary>
    /// <exception cref="CommandFailedException">None is named, or the data folder has none.</exception>
    public static async Task<Instance> ConnectAsync(GlobalOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        var tenant = parsed.GetValue(options.Tenant)!;
        var environment = new ConfigurationBuilder().AddEnvironmentVariables("SWITCHBOARD__").Build();
        var laid = parsed switch
        {
            _ when parsed.GetValue(options.Data) is { } folder => await InFolderAsync(folder, cancellationToken),
            _ when parsed.GetValue(options.Database) is { } connection => Named(connection, tenant),
            _ when environment["Database:Server"] is { Length: > 0 } server => OnServer(server),
            _ when environment[CaseManagementKey] is { Length: > 0 } || environment[OnCallKey] is { Length: > 0 } => [],
            _ => throw new CommandFailedException(
                ExitCodes.Usage, "Which instance? Name its data folder with --data, a database with --database, or set SWITCHBOARD__DATABASE__SERVER."),
        };
        var configuration = new ConfigurationBuilder().AddConfiguration(environment).AddInMemoryCollection(laid).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSwitchboardStorage(configuration);
        var instance = new Instance(services.BuildServiceProvider(), tenant);
        try
        {
            _ = instance.Database;
            return instance;
        }
        catch (Exception error) when (error is OptionsValidationException or ArgumentException)
        {
            await instance.DisposeAsync();
            throw new CommandFailedException(ExitCodes.Usage, error.Message, error);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static async Task<Dictionary<string, string?>> InFolderAsync(string folder, CancellationToken cancellationToken)
    {
        var place = Path.Combine(folder, "postgres.dir");
        if (!File.Exists(place))
        {
            throw new CommandFailedException(
                ExitCodes.Usage, $"'{folder}' is not the data folder of an instance with a private database: there is no {place}. Is it spelled as with ./dev up --data?");
        }

        var server = new PrivatePostgres(
            new PrivatePostgresOptions { Folder = (await File.ReadAllTextAsync(place, cancellationToken)).Trim() }, TimeProvider.System, NullLogger<PrivatePostgres>.Instance);
        return new Dictionary<string, string?>
        {
            [CaseManagementKey] = server.ConnectionString("switchboard_case_management"),
            [OnCallKey] = server.ConnectionString("switchboard_on_call"),
        };
    }

    // The storage wants a case-management database; a command about the other tenant does not touch it.
    private static Dictionary<string, string?> Named(string connection, string tenant) => tenant == TenantDatabases.CaseManagementTenant
        ? new Dictionary<string, string?> { [CaseManagementKey] = connection }
        : new Dictionary<string, string?> { [CaseManagementKey] = connection, [OnCallKey] = connection };

    private static Dictionary<string, string?> OnServer(string server)
    {
        try
        {
            return new Dictionary<string, string?>
            {
                [CaseManagementKey] = new NpgsqlConnectionStringBuilder(server) { Database = "switchboard_case_management" }.ConnectionString,
                [OnCallKey] = new NpgsqlConnectionStringBuilder(server) { Database = "switchboard_on_call" }.ConnectionString,
            };
        }
        catch (ArgumentException error)
        {
            throw new CommandFailedException(ExitCodes.Usage, $"SWITCHBOARD__DATABASE__SERVER is no connection string: {error.Message}", error);
        }
    }
}
