using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>Starts the silo with its host and stops it gracefully.</summary>
internal sealed class SiloHostedService(
    SiloLifecycle lifecycle,
    IEnumerable<ILifecycleParticipant<ISiloLifecycle>> participants,
    IEnumerable<IConfigurationValidator> validators,
    TimeProvider time) : IHostedService, ILifecycleStatus
{
    public SiloStatus Status { get; private set; } = SiloStatus.Created;

    public DateTime StartedAt { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var validator in validators)
        {
            validator.ValidateConfiguration();
        }

        foreach (var participant in participants)
        {
            participant.Participate(lifecycle);
        }

        Status = SiloStatus.Joining;
        lifecycle.Subscribe<SiloHostedService>(ServiceLifecycleStage.BecomeActive, _ => BecomeActive());
        await lifecycle.OnStart(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Status = SiloStatus.ShuttingDown;
        await lifecycle.OnStop(cancellationToken);
        Status = SiloStatus.Dead;
    }

    private Task BecomeActive()
    {
        StartedAt = time.GetUtcNow().UtcDateTime;
        Status = SiloStatus.Active;
        return Task.CompletedTask;
    }
}

/// <summary>What happens at which stage of the silo.</summary>
internal sealed class SiloStages(SiloRuntime silo, ActivationCollector collector) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe<SiloStages>(ServiceLifecycleStage.RuntimeInitialize, Start, _ => Release());
        lifecycle.Subscribe(
            nameof(ActivationCollector), ServiceLifecycleStage.BecomeActive, _ => Run(collector.Start), _ => Run(collector.Dispose));
        lifecycle.Subscribe(
            "Deactivation", ServiceLifecycleStage.GrainDeactivation, static _ => Task.CompletedTask, silo.StopAsync);
    }

    private Task Start(CancellationToken cancellationToken) => Run(() =>
    {
        silo.Start();
        Log.SiloStarted(silo.Logger, silo.Details.Name, silo.Details.SiloAddress, silo.Types.Count);
    });

    private Task Release() => Run(silo.Dispose);

    private static Task Run(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}

/// <summary>Refuses times that cannot work.</summary>
internal sealed class GrainCollectionOptionsValidator(IOptions<GrainCollectionOptions> options) : IConfigurationValidator
{
    public void ValidateConfiguration()
    {
        var value = options.Value;
        if (value.CollectionQuantum <= TimeSpan.Zero)
        {
            throw new OrleansConfigurationException(
                $"GrainCollectionOptions.CollectionQuantum must be positive, but is {value.CollectionQuantum}.");
        }

        if (value.CollectionAge <= value.CollectionQuantum)
        {
            throw new OrleansConfigurationException(
                $"GrainCollectionOptions.CollectionAge ({value.CollectionAge}) must be greater than CollectionQuantum ({value.CollectionQuantum}).");
        }

        foreach (var (name, age) in value.ClassSpecificCollectionAge)
        {
            if (age != Timeout.InfiniteTimeSpan && age <= value.CollectionQuantum)
            {
                throw new OrleansConfigurationException(
                    $"GrainCollectionOptions.ClassSpecificCollectionAge[\"{name}\"] ({age}) must be greater than CollectionQuantum ({value.CollectionQuantum}).");
            }
        }
    }
}
