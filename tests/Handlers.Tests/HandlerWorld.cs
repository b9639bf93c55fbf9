using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Commands;
using Switchboard.Events;
using Switchboard.Grains.DeadLetters;
using Switchboard.Handlers.Running;
using Switchboard.Storage;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Events;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests;

/// <summary>The real storage and the handlers, wired as in the product; deliveries are made by the test.</summary>
public sealed class HandlerWorld : IAsyncDisposable
{
    public const string Tenant = TenantDatabases.CaseManagementTenant;

    private readonly ServiceProvider _services;
    private long _seq;

    private HandlerWorld(ServiceProvider services, TestDatabase database) => (_services, Database) = (services, database);

    public TestDatabase Database { get; }

    public IServiceProvider Services => _services;

    public IDeadLetters Letters => _services.GetRequiredService<IDeadLetters>();

    public EventCodec Codec => _services.GetRequiredService<EventCodec>();

    internal HandlerInstruments Instruments => _services.GetRequiredService<HandlerInstruments>();

    /// <summary>Wires a world.</summary>
    /// <param name="database">A migrated database.</param>
    /// <param name="register">Flavors and services beside those of the product.</param>
    /// <param name="connectionString">Another way to the database, such as through a proxy.</param>
    /// <param name="settings">Settings such as <c>Handlers:EffectTimeout</c>.</param>
    public static HandlerWorld Create(
        TestDatabase database, Action<HandlerCatalog>? register = null, string? connectionString = null, params (string Key, string Value)[] settings)
    {
        var values = settings
            .Append(("Databases:CaseManagement:Primary", connectionString ?? database.ConnectionString))
            .Append(("Files:Store", Path.Combine(Path.GetTempPath(), $"switchboard-handlers-{Environment.ProcessId}")))
            .ToDictionary(pair => pair.Item1, pair => (string?)pair.Item2);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(NoGrains.Create());
        services.AddSwitchboardStorage(configuration);
        var catalog = services.AddSwitchboardHandlers(configuration);
        register?.Invoke(catalog);
        return new HandlerWorld(services.BuildServiceProvider(), database);
    }

    /// <summary>The way of events to a handler.</summary>
    internal EventPipe PipeTo<THandler>()
        where THandler : EventHandler => _services.GetRequiredService<HandlerHost<THandler>>().Pipe;

    /// <summary>All flavors' ways.</summary>
    internal IEnumerable<EventPipe> Pipes => _services.GetServices<ServedFlavor>().Select(flavor => flavor.Pipe);

    /// <summary>An event as a stream brings it.</summary>
    public EventRecord Record(DomainEvent body, Guid org, Guid stream, long version, DateTimeOffset? at = null, Actor? actor = null)
    {
        var (name, schema) = Codec.NameOf(body.GetType());
        var time = at ?? new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero).AddMinutes(version);
        return new EventRecord
        {
            Tenant = Tenant,
            OrgId = org,
            StreamType = name[..name.IndexOf('.', StringComparison.Ordinal)],
            StreamId = stream,
            Version = version,
            EventId = Guid.CreateVersion7(),
            Type = name,
            Schema = schema,
            Payload = System.Text.Encoding.UTF8.GetString(Codec.Encode(body)),
            Actor = actor ?? Actor.System,
            CorrelationId = "test",
            OccurredAt = time,
            RecordedAt = time,
            Epoch = 1,
            Tx = 1000,
            Seq = Interlocked.Increment(ref _seq),
        };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
