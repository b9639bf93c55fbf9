using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Switchboard.Silo.Health;

/// <summary>
/// Whether the process takes requests: not before everything has started, which includes the migrations, and no longer once it
/// has been told to stop, so that a load balancer looks elsewhere while running requests end.
/// </summary>
internal sealed class SiloHealth(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("stopping; running requests are finished, new ones belong elsewhere")
        : lifetime.ApplicationStarted.IsCancellationRequested ? HealthCheckResult.Healthy("started")
        : HealthCheckResult.Unhealthy("starting"));
}
