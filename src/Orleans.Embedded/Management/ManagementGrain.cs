using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Providers;
using Orleans.Statistics;

namespace Orleans.Runtime;

/// <summary>Answers for the one silo that there is.</summary>
[StatelessWorker]
[Reentrant]
internal sealed class ManagementGrain(
    SiloRuntime silo, ActivationCollector collector, IEnvironmentStatisticsProvider environment, ILifecycleStatus status)
    : Grain, IManagementGrain
{
    private static readonly TimeSpan s_recently = TimeSpan.FromMinutes(10);

    public Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false)
    {
        var hosts = new Dictionary<SiloAddress, SiloStatus>();
        if (!onlyActive || status.Status == SiloStatus.Active)
        {
            hosts[silo.Details.SiloAddress] = status.Status;
        }

        return Task.FromResult(hosts);
    }

    public Task<MembershipEntry[]> GetDetailedHosts(bool onlyActive = false)
    {
        if (onlyActive && status.Status != SiloStatus.Active)
        {
            return Task.FromResult<MembershipEntry[]>([]);
        }

        return Task.FromResult<MembershipEntry[]>([new MembershipEntry
        {
            SiloAddress = silo.Details.SiloAddress,
            Status = status.Status,
            ProxyPort = silo.Details.GatewayAddress.Endpoint.Port,
            HostName = silo.Details.DnsHostName,
            SiloName = silo.Details.Name,
            StartTime = status.StartedAt,
            IAmAliveTime = silo.Time.GetUtcNow().UtcDateTime,
        }]);
    }

    public Task ForceGarbageCollection(SiloAddress[] hostsIds)
    {
        if (IsMeant(hostsIds))
        {
            GC.Collect();
        }

        return Task.CompletedTask;
    }

    public Task ForceActivationCollection(SiloAddress[] hostsIds, TimeSpan ageLimit) =>
        IsMeant(hostsIds) ? ForceActivationCollection(ageLimit) : Task.CompletedTask;

    public Task ForceActivationCollection(TimeSpan ageLimit) => collector.CollectAsync(ageLimit);

    public Task ForceRuntimeStatisticsCollection(SiloAddress[] siloAddresses) => Task.CompletedTask;

    public Task<SiloRuntimeStatistics[]> GetRuntimeStatistics(SiloAddress[] hostsIds)
    {
        if (!IsMeant(hostsIds))
        {
            return Task.FromResult<SiloRuntimeStatistics[]>([]);
        }

        silo.Clock.Update();
        var recent = silo.Activations.Count(a => a.IsBusy || !silo.Clock.HasPassed(a.IdleSince, s_recently));
        return Task.FromResult<SiloRuntimeStatistics[]>([new SiloRuntimeStatistics(
            silo.ActivationCount, recent, environment.GetEnvironmentStatistics(), silo.Time.GetUtcNow().UtcDateTime)]);
    }

    public Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics(SiloAddress[] hostsIds) =>
        IsMeant(hostsIds) ? GetSimpleGrainStatistics() : Task.FromResult<SimpleGrainStatistic[]>([]);

    public Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics() => Task.FromResult(
        silo.Types.All
            .Where(t => t.ActivationCount != 0)
            .Select(t => new SimpleGrainStatistic
            {
                GrainType = t.Class.FullName!,
                SiloAddress = silo.Details.SiloAddress,
                ActivationCount = t.ActivationCount,
            })
            .ToArray());

    public Task<DetailedGrainStatistic[]> GetDetailedGrainStatistics(string[]? types = null, SiloAddress[]? hostsIds = null)
    {
        if (!IsMeant(hostsIds))
        {
            return Task.FromResult<DetailedGrainStatistic[]>([]);
        }

        return Task.FromResult(
            silo.Types.All
                .Where(t => types is null or [] || types.Contains(t.Class.FullName))
                .SelectMany(t => t.AllActivations)
                .Select(a => new DetailedGrainStatistic
                {
                    GrainType = a.Type.Class.FullName!,
                    SiloAddress = silo.Details.SiloAddress,
                    GrainId = a.GrainId,
                })
                .ToArray());
    }

    public Task<int> GetGrainActivationCount(GrainReference grainReference) => Task.FromResult(
        grainReference.Shared.Type is { } type ? type.AllActivations.Count(a => a.Key == grainReference.Key) : 0);

    public Task<int> GetTotalActivationCount() => Task.FromResult(silo.ActivationCount);

    public async Task<object?[]> SendControlCommandToProvider<T>(string providerName, int command, object? arg = null)
        where T : IControllable
    {
        var provider = silo.Services.GetKeyedServices<IControllable>(providerName).OfType<T>().FirstOrDefault()
            ?? throw new ArgumentException($"There is no {typeof(T)} named \"{providerName}\".", nameof(providerName));
        return [await provider.ExecuteCommand(command, arg)];
    }

    public ValueTask<SiloAddress?> GetActivationAddress(IAddressable reference)
    {
        var target = GrainExtensions.ReferenceOf(reference);
        var active = target.Shared.Type?.Activations.Find(target.Key) is { IsAlive: true };
        return new(active ? silo.Details.SiloAddress : null);
    }

    public ValueTask<List<GrainId>> GetActiveGrains(GrainType type) => new(
        silo.Types.TryGet(type, out var context) ? [.. context.AllActivations.Select(a => a.GrainId).Distinct()] : []);

    public Task<List<GrainCallFrequency>> GetGrainCallFrequencies(SiloAddress[]? hostsIds = null) =>
        Task.FromResult(new List<GrainCallFrequency>());

    public ValueTask ResetGrainCallFrequencies(SiloAddress[]? hostsIds = null) => default;

    private bool IsMeant(SiloAddress[]? hosts) => hosts is null or [] || hosts.Contains(silo.Details.SiloAddress);
}

/// <summary>Where the silo is between start and stop.</summary>
internal interface ILifecycleStatus
{
    SiloStatus Status { get; }

    /// <summary>When it became active (UTC).</summary>
    DateTime StartedAt { get; }
}
