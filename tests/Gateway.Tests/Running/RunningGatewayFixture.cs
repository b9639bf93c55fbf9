using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Handlers;
using Switchboard.Storage;
using Switchboard.Testing.Postgres;

[assembly: AssemblyFixture(typeof(RunningGatewayFixture))]

namespace Switchboard.Gateway.Tests.Running;

/// <summary>
/// One gateway with real grains on a real PostgreSQL for all test classes, started by the first test that wants it. Every test works in
/// an organisation of its own.
/// </summary>
public sealed class RunningGatewayFixture : IAsyncDisposable
{
    private readonly Lazy<Task<(TestDatabase Database, RunningGateway Gateway)>> _running = new(static async () =>
    {
        var database = await TestDatabase.CreateAsync();
        return (database, await StartAsync(database.ConnectionString));
    });

    /// <summary>A new organisation on the shared gateway.</summary>
    public async Task<RunningOrg> NewOrgAsync() => await (await _running.Value).Gateway.NewOrgAsync();

    /// <summary>Another gateway process, as it were, on a database.</summary>
    public static Task<RunningGateway> StartAsync(string connectionString, params (string Key, string Value)[] settings) =>
        StartAsync(connectionString, static _ => { }, settings);

    /// <summary>The same with more services.</summary>
    public static Task<RunningGateway> StartAsync(
        string connectionString, Action<WebApplicationBuilder> more, params (string Key, string Value)[] settings) => RunningGateway.StartAsync(
        builder =>
        {
            builder.Configuration.AddInMemoryCollection(
            [
                new("Databases:CaseManagement:Primary", connectionString), new($"{HandlerCatalog.Section}:Flavors", ""),
                new("Webhooks:SecretKey", Convert.ToBase64String(new byte[32])),
            ]);
            builder.Services.AddSwitchboardStorage(builder.Configuration);
            builder.Services.AddSwitchboardHandlers(builder.Configuration);
            more(builder);
        },
        settings);

    public async ValueTask DisposeAsync()
    {
        if (_running.IsValueCreated)
        {
            var (database, gateway) = await _running.Value;
            await gateway.DisposeAsync();
            await database.DisposeAsync();
        }
    }
}
