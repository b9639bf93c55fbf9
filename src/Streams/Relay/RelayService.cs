using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Grains.DeadLetters;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Diagnostics;
using Switchboard.Streams.Hosting;

namespace Switchboard.Streams.Relay;

/// <summary>Runs the relay of every tenant.</summary>
internal sealed class RelayService(
    TenantDatabases databases,
    StreamTenants tenants,
    IEventPublisher publisher,
    IDeadLetters deadLetters,
    IOptions<RelayOptions> options,
    StreamInstruments instruments,
    TimeProvider time,
    ILogger<EventRelay> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(databases.All.Select(database =>
        new EventRelay(tenants.For(database.Tenant), publisher, deadLetters, options.Value, instruments, time, logger).RunAsync(stoppingToken)));
}
