using Switchboard.Testing.InMemory;
using Switchboard.Testing.Postgres;

namespace Switchboard.Grains.Tests;

/// <summary>
/// Base of tests that run over the store in memory and over PostgreSQL. Each test has a silo and an organisation of its own; on
/// PostgreSQL the tests of a class share a database.
/// </summary>
public abstract class GrainTests(DatabaseFixture? database) : IAsyncLifetime
{
    private readonly InMemoryStore _memory = new();
    private readonly TestStorage? _postgres = database is null ? null : TestStorage.Connect(database.Database);
    private GrainWorld? _world;

    internal GrainWorld World => _world ?? throw new InvalidOperationException("The test has not been initialised by xunit.");

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _world = await GrainWorld.StartAsync(services =>
    {
        if (_postgres is null)
        {
            Ports.Add(services, _memory);
        }
        else
        {
            Ports.Add(services, _postgres.Services);
        }
    });

    public async ValueTask DisposeAsync()
    {
        await World.DisposeAsync();
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}
