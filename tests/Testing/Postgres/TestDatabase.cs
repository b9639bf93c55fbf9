using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Switchboard.Storage.Schema;

namespace Switchboard.Testing.Postgres;

/// <summary>A migrated database of one's own on a <see cref="TestServer"/>; a copy of a template database, so it costs little. Dropped when disposed.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private const string Template = "switchboard_template";
    private static readonly SemaphoreSlim _turn = new(1, 1);
    private static readonly HashSet<TestServer> _withTemplate = [];
    private static int _count;

    private TestDatabase(TestServer server, string name)
    {
        (Server, Name) = (server, name);
        ConnectionString = server.ConnectionString(name);
        DataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    /// <summary>The server it is on.</summary>
    public TestServer Server { get; }

    /// <summary>The database's name.</summary>
    public string Name { get; }

    /// <summary>Where to connect to.</summary>
    public string ConnectionString { get; }

    /// <summary>Connections for the test's own looks into the database.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <summary>A new migrated database on the shared server, or on a server of one's own.</summary>
    public static async Task<TestDatabase> CreateAsync(TestServer? server = null)
    {
        server ??= await TestServer.SharedAsync();
        await _turn.WaitAsync();
        try
        {
            if (!_withTemplate.Contains(server))
            {
                var migrator = new DatabaseMigrator(Migration.BuiltIn, TimeProvider.System, NullLogger<DatabaseMigrator>.Instance);
                await migrator.MigrateAsync(server.ConnectionString(Template), CancellationToken.None);
                _withTemplate.Add(server);
            }

            var name = NextName();
            await server.ExecuteAsync("postgres", $"create database {name} template {Template} strategy file_copy");
            return new TestDatabase(server, name);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A new database without any schema.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync(TestServer? server = null)
    {
        server ??= await TestServer.SharedAsync();
        var name = NextName();
        await server.ExecuteAsync("postgres", $"create database {name} template template0");
        return new TestDatabase(server, name);
    }

    /// <summary>Runs one statement and gives its first value.</summary>
    public Task<object?> ExecuteAsync(string sql) => Server.ExecuteAsync(Name, sql);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await Server.ExecuteAsync("postgres", $"drop database if exists {Name} with (force)");
    }

    private static string NextName() => string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _count)}");
}
