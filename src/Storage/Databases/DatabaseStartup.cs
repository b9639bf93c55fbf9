using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Switchboard.Storage.Events;
using Switchboard.Storage.Schema;

namespace Switchboard.Storage.Databases;

/// <summary>
/// Makes and migrates the databases before any other service starts. Fails the start when that cannot be done, or when two event types
/// claim one stored name.
/// </summary>
internal sealed class DatabaseStartup(
    TenantDatabases databases, IOptions<DatabaseOptions> options, DatabaseMigrator migrator, EventCodec codec) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(codec);
        await migrator.MigrateAsync(options.Value.CaseManagement.Primary!, cancellationToken);
        if (databases.OnCall is not null)
        {
            await migrator.MigrateAsync(options.Value.OnCall!.Primary!, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
