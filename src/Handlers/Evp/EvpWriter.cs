using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Files;

namespace Switchboard.Handlers.Evp;

/// <summary>Writes the lake's files from time to time, as long as the process serves the flavor.</summary>
internal sealed partial class EvpWriter(
    EvpFiles files,
    TenantDatabases databases,
    IOptions<EvpOptions> options,
    IOptions<FilesOptions> store,
    TimeProvider time,
    ILogger<EvpWriter> logger)
    : BackgroundService
{
    /// <summary>A process that writes files and has no place for them does not start.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _ = store.Value;
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (var tenant in databases.All)
                {
                    await WriteAsync(tenant, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is not written yet stays in the database.
        }
    }

    private async Task WriteAsync(TenantDatabase tenant, CancellationToken stoppingToken)
    {
        try
        {
            if (await files.WriteAsync(tenant, stoppingToken) is > 0 and var written)
            {
                LogWritten(tenant.Tenant, written);
            }
        }
        catch (Exception error) when (!stoppingToken.IsCancellationRequested)
        {
            LogFailed(tenant.Tenant, error);
        }
    }

    [LoggerMessage(7320, LogLevel.Information, "Wrote {Files} event files of tenant {Tenant}.")]
    private partial void LogWritten(string tenant, int files);

    [LoggerMessage(7321, LogLevel.Error, "Event files of tenant {Tenant} could not be written; their lines stay in the database until they can. "
        + "Check the database, and that Files:Store can be written.")]
    private partial void LogFailed(string tenant, Exception error);
}
