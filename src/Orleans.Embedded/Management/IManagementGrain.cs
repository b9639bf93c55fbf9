namespace Orleans.Providers
{
    /// <summary>A provider that takes commands.</summary>
    public interface IControllable
    {
        /// <summary>Carries out a command.</summary>
        Task<object?> ExecuteCommand(int command, object? arg);
    }
}

namespace Orleans.Runtime
{
    /// <summary>Looks at and manages the silos; get it with the key 0.</summary>
    public interface IManagementGrain : IGrainWithIntegerKey
    {
        /// <summary>All silos and their states.</summary>
        Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false);

        /// <summary>All silos in detail.</summary>
        Task<MembershipEntry[]> GetDetailedHosts(bool onlyActive = false);

        /// <summary>Collects garbage.</summary>
        Task ForceGarbageCollection(SiloAddress[] hostsIds);

        /// <summary>Ends activations that have been idle for so long.</summary>
        Task ForceActivationCollection(SiloAddress[] hostsIds, TimeSpan ageLimit);

        /// <summary>Ends activations that have been idle for so long, on all silos.</summary>
        Task ForceActivationCollection(TimeSpan ageLimit);

        /// <summary>Has statistics measured.</summary>
        Task ForceRuntimeStatisticsCollection(SiloAddress[] siloAddresses);

        /// <summary>What silos do.</summary>
        Task<SiloRuntimeStatistics[]> GetRuntimeStatistics(SiloAddress[] hostsIds);

        /// <summary>Number of activations of every class on some silos.</summary>
        Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics(SiloAddress[] hostsIds);

        /// <summary>Number of activations of every class.</summary>
        Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics();

        /// <summary>All activations, of some classes and on some silos.</summary>
        Task<DetailedGrainStatistic[]> GetDetailedGrainStatistics(string[]? types = null, SiloAddress[]? hostsIds = null);

        /// <summary>Number of activations of a grain.</summary>
        Task<int> GetGrainActivationCount(GrainReference grainReference);

        /// <summary>Number of all activations.</summary>
        Task<int> GetTotalActivationCount();

        /// <summary>Sends a command to a provider on every silo.</summary>
        Task<object?[]> SendControlCommandToProvider<T>(string providerName, int command, object? arg = null)
            where T : global::Orleans.Providers.IControllable;

        /// <summary>The silo on which a grain is active, or null.</summary>
        ValueTask<SiloAddress?> GetActivationAddress(IAddressable reference);

        /// <summary>All active grains of a type.</summary>
        ValueTask<List<GrainId>> GetActiveGrains(GrainType type);

        /// <summary>How often grains called each other; the embedded engine keeps no such record.</summary>
        Task<List<GrainCallFrequency>> GetGrainCallFrequencies(SiloAddress[]? hostsIds = null);

        /// <summary>Forgets how often grains called each other.</summary>
        ValueTask ResetGrainCallFrequencies(SiloAddress[]? hostsIds = null);
    }
}
