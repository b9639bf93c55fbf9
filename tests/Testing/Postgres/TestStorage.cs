using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Storage;

namespace Switchboard.Testing.Postgres;

/// <summary>The real store on a database that exists and is migrated, wired as in the product but without its background services.</summary>
public sealed class TestStorage : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private TestStorage(ServiceProvider services)
    {
        _services = services;
    }

    /// <summary>All ports.</summary>
    public IServiceProvider Services => _services;

    /// <summary>The event store.</summary>
    public IEventStore Store => _services.GetRequiredService<IEventStore>();

    /// <summary>The feed.</summary>
    public IEventFeed Feed => _services.GetRequiredService<IEventFeed>();

    /// <summary>The numbers of cases.</summary>
    public ICaseNumbers Numbers => _services.GetRequiredService<ICaseNumbers>();

    /// <summary>Wires the store.</summary>
    /// <param name="connectionString">A migrated database: <see cref="TestDatabase.ConnectionString"/>, or through a <see cref="PostgresProxy"/>.</param>
    /// <param name="time">Another clock.</param>
    /// <param name="settings">Settings such as <c>Storage:AppendTimeout</c>.</param>
    public static TestStorage Connect(string connectionString, TimeProvider? time = null, params (string Key, string Value)[] settings)
    {
        var values = settings.Append(("Databases:CaseManagement:Primary", connectionString)).ToDictionary(pair => pair.Item1, pair => (string?)pair.Item2);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(time ?? TimeProvider.System);
        services.AddSwitchboardStorage(configuration);
        return new TestStorage(services.BuildServiceProvider());
    }

    /// <summary>Wires the store to a database.</summary>
    public static TestStorage Connect(TestDatabase database, TimeProvider? time = null, params (string Key, string Value)[] settings) =>
        Connect(database.ConnectionString, time, settings);

    /// <summary>The reader of an aggregate's rows.</summary>
    public IAggregateRows<T> Rows<T>()
        where T : class => _services.GetRequiredService<IAggregateRows<T>>();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
