using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Switchboard.Speech.Pools;

/// <summary>
/// Asks nodes whether they take new work. One that does not, since it is down or drains itself, gets none; what it is doing goes on.
/// </summary>
internal sealed class PoolHealth(
    EnginePools pools, IOptions<PoolOptions> options, EngineHttp http, TimeProvider time, ILogger<PoolHealth> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.HealthInterval, time);
        do
        {
            await Task.WhenAll(pools.Nodes.Select(node => LookAsync(node, stoppingToken)));
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Asks one node.</summary>
    internal async Task LookAsync(EngineNode node, CancellationToken cancellationToken)
    {
        var path = HealthPathOf(node);
        if (string.IsNullOrEmpty(path))
        {
            return;
        }

        string? fault = null;
        var answered = false;
        try
        {
            using var limit = new CancellationTokenSource(options.Value.HealthTimeout, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            using var answer = await http.Client.GetAsync(
                node.Address.At(path, "", socket: false), HttpCompletionOption.ResponseHeadersRead, both.Token);
            answered = true;
            fault = answer.IsSuccessStatusCode ? null : $"answered with {(int)answer.StatusCode}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            fault = $"no answer within {options.Value.HealthTimeout}";
        }
        catch (HttpRequestException error)
        {
            fault = error.Message;
        }

        if (node.IsWell(fault is null, answered))
        {
            if (fault is null)
            {
                log.NodeIsWell(node.Address.Name);
            }
            else
            {
                log.NodeIsUnwell(node.Address.Name, path, fault);
            }
        }
    }

    private string? HealthPathOf(EngineNode node) => node.HealthPath ?? node.Kind.HealthPath;
}
