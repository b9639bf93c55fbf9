using Xunit;

namespace Switchboard.Testing.Postgres;

/// <summary>
/// For <c>IClassFixture&lt;DatabaseFixture&gt;</c>: one migrated database for a test class. Its tests share the database, so each
/// works in an organisation of its own and asserts nothing about totals.
/// </summary>
public sealed class DatabaseFixture : IAsyncLifetime
{
    private TestDatabase? _database;

    /// <summary>The class's database.</summary>
    public TestDatabase Database => _database ?? throw new InvalidOperationException("The fixture has not been initialised by xunit.");

    /// <summary>Where to connect to.</summary>
    public string ConnectionString => Database.ConnectionString;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _database?.DisposeAsync() ?? ValueTask.CompletedTask;
}
