using Orleans.Runtime;
using Orleans.Statistics;

namespace Orleans.Statistics
{
    /// <summary>Processor and memory of the process and its machine.</summary>
    [Immutable]
    [GenerateSerializer]
    public readonly struct EnvironmentStatistics
    {
        /// <summary>Processor use in percent, smoothed.</summary>
        [Id(0)]
        public readonly float FilteredCpuUsagePercentage;

        /// <summary>Memory used by the process, smoothed.</summary>
        [Id(1)]
        public readonly long FilteredMemoryUsageBytes;

        /// <summary>Memory that is free, smoothed.</summary>
        [Id(2)]
        public readonly long FilteredAvailableMemoryBytes;

        /// <summary>Memory that there is.</summary>
        [Id(3)]
        public readonly long MaximumAvailableMemoryBytes;

        /// <summary>Processor use in percent.</summary>
        [Id(4)]
        public readonly float RawCpuUsagePercentage;

        /// <summary>Memory used by the process.</summary>
        [Id(5)]
        public readonly long RawMemoryUsageBytes;

        /// <summary>Memory that is free.</summary>
        [Id(6)]
        public readonly long RawAvailableMemoryBytes;

        internal EnvironmentStatistics(float cpu, long used, long available, long maximum)
        {
            FilteredCpuUsagePercentage = RawCpuUsagePercentage = cpu;
            FilteredMemoryUsageBytes = RawMemoryUsageBytes = used;
            FilteredAvailableMemoryBytes = RawAvailableMemoryBytes = available;
            MaximumAvailableMemoryBytes = maximum;
        }

        /// <summary>Memory used, in percent.</summary>
        public float MemoryUsagePercentage => NormalizedMemoryUsage * 100;

        /// <summary>Memory free, in percent.</summary>
        public float AvailableMemoryPercentage => NormalizedAvailableMemory * 100;

        /// <summary>Memory used, as a share of one.</summary>
        public float NormalizedMemoryUsage => Share(RawMemoryUsageBytes);

        /// <summary>Memory free, as a share of one.</summary>
        public float NormalizedAvailableMemory => Share(RawAvailableMemoryBytes);

        /// <summary>Memory used, smoothed, as a share of one.</summary>
        public float NormalizedFilteredMemoryUsage => Share(FilteredMemoryUsageBytes);

        /// <summary>Memory free, smoothed, as a share of one.</summary>
        public float NormalizedFilteredAvailableMemory => Share(FilteredAvailableMemoryBytes);

        /// <inheritdoc/>
        public override string ToString() => FormattableString.Invariant(
            $"CpuUsage={RawCpuUsagePercentage:F1} %, MemoryUsage={RawMemoryUsageBytes} B of {MaximumAvailableMemoryBytes} B");

        private float Share(long bytes) =>
            MaximumAvailableMemoryBytes <= 0 ? 0 : (float)Math.Clamp((double)bytes / MaximumAvailableMemoryBytes, 0, 1);
    }

    /// <summary>Measures processor and memory.</summary>
    public interface IEnvironmentStatisticsProvider
    {
        /// <summary>The present values.</summary>
        EnvironmentStatistics GetEnvironmentStatistics();
    }

    internal sealed class EnvironmentStatisticsProvider : IEnvironmentStatisticsProvider
    {
        private readonly Lock _lock = new();
        private TimeSpan _lastCpu = Environment.CpuUsage.TotalTime;
        private long _lastTime = System.Diagnostics.Stopwatch.GetTimestamp();
        private float _cpu;

        public EnvironmentStatistics GetEnvironmentStatistics()
        {
            var memory = GC.GetGCMemoryInfo();
            var used = Environment.WorkingSet;
            var maximum = memory.TotalAvailableMemoryBytes;
            var available = Math.Max(0, Math.Min(maximum - used, maximum - memory.MemoryLoadBytes));
            return new EnvironmentStatistics(MeasureCpu(), used, available, maximum);
        }

        private float MeasureCpu()
        {
            lock (_lock)
            {
                var elapsed = System.Diagnostics.Stopwatch.GetElapsedTime(_lastTime);
                if (elapsed > TimeSpan.FromMilliseconds(100))
                {
                    var cpu = Environment.CpuUsage.TotalTime;
                    _cpu = (float)Math.Clamp((cpu - _lastCpu) / elapsed / Environment.ProcessorCount * 100, 0, 100);
                    _lastCpu = cpu;
                    _lastTime = System.Diagnostics.Stopwatch.GetTimestamp();
                }

                return _cpu;
            }
        }
    }
}

namespace Orleans.Runtime
{
    /// <summary>The state of a silo.</summary>
    [GenerateSerializer]
    public enum SiloStatus
    {
        /// <summary>Unknown.</summary>
        None = 0,

        /// <summary>Made but not started.</summary>
        Created = 1,

        /// <summary>Starting.</summary>
        Joining = 2,

        /// <summary>Serving requests.</summary>
        Active = 3,

        /// <summary>Stopping gracefully.</summary>
        ShuttingDown = 4,

        /// <summary>Stopping at once.</summary>
        Stopping = 5,

        /// <summary>Gone.</summary>
        Dead = 6,
    }

    /// <summary>How many activations a class has on a silo.</summary>
    [GenerateSerializer]
    [Immutable]
    public sealed class SimpleGrainStatistic
    {
        /// <summary>Full name of the class.</summary>
        [Id(0)]
        public string GrainType { get; init; } = "";

        /// <summary>The silo.</summary>
        [Id(1)]
        public SiloAddress SiloAddress { get; init; } = SiloAddress.Zero;

        /// <summary>Number of activations.</summary>
        [Id(2)]
        public int ActivationCount { get; init; }

        /// <inheritdoc/>
        public override string ToString() => FormattableString.Invariant($"GrainType={GrainType} Silo={SiloAddress} NumActivations={ActivationCount}");
    }

    /// <summary>One activation.</summary>
    [GenerateSerializer]
    [Immutable]
    public sealed class DetailedGrainStatistic
    {
        /// <summary>Full name of the class.</summary>
        [Id(0)]
        public string GrainType { get; init; } = "";

        /// <summary>The silo.</summary>
        [Id(1)]
        public SiloAddress SiloAddress { get; init; } = SiloAddress.Zero;

        /// <summary>The grain.</summary>
        [Id(2)]
        public GrainId GrainId { get; init; }
    }

    /// <summary>How often one grain called another. The embedded engine keeps no such record.</summary>
    [GenerateSerializer]
    [Alias("Orleans.Runtime.GrainCallFrequency")]
    [Immutable]
    public struct GrainCallFrequency
    {
        /// <summary>The caller.</summary>
        [Id(0)]
        public GrainId SourceGrain { get; set; }

        /// <summary>The callee.</summary>
        [Id(1)]
        public GrainId TargetGrain { get; set; }

        /// <summary>The caller's silo.</summary>
        [Id(2)]
        public SiloAddress? SourceHost { get; set; }

        /// <summary>The callee's silo.</summary>
        [Id(3)]
        public SiloAddress? TargetHost { get; set; }

        /// <summary>Number of calls.</summary>
        [Id(4)]
        public ulong CallCount { get; set; }
    }

    /// <summary>What a silo does.</summary>
    [GenerateSerializer]
    [Immutable]
    public sealed class SiloRuntimeStatistics
    {
        internal SiloRuntimeStatistics(int activations, int recentlyUsed, EnvironmentStatistics environment, DateTime now)
        {
            ActivationCount = activations;
            RecentlyUsedActivationCount = recentlyUsed;
            EnvironmentStatistics = environment;
            DateTime = now;
        }

        /// <summary>Number of activations.</summary>
        [Id(0)]
        public int ActivationCount { get; }

        /// <summary>Those that were used in the last ten minutes.</summary>
        [Id(1)]
        public int RecentlyUsedActivationCount { get; }

        /// <summary>Processor and memory.</summary>
        [Id(2)]
        public EnvironmentStatistics EnvironmentStatistics { get; }

        /// <summary>Whether it refuses work.</summary>
        [Id(3)]
        public bool IsOverloaded { get; }

        /// <summary>Connected clients; none in a single process.</summary>
        [Id(4)]
        public long ClientCount { get; }

        /// <summary>Messages received from other silos and clients; none in a single process.</summary>
        [Id(5)]
        public long ReceivedMessages { get; }

        /// <summary>Messages sent to other silos and clients; none in a single process.</summary>
        [Id(6)]
        public long SentMessages { get; }

        /// <summary>When it was measured.</summary>
        [Id(7)]
        public DateTime DateTime { get; }

        /// <inheritdoc/>
        public override string ToString() => FormattableString.Invariant(
            $"SiloRuntimeStatistics: ActivationCount={ActivationCount} RecentlyUsedActivationCount={RecentlyUsedActivationCount} {EnvironmentStatistics} at {DateTime:O}");
    }
}

namespace Orleans
{
    /// <summary>A silo as the cluster's membership sees it.</summary>
    [GenerateSerializer]
    public sealed class MembershipEntry
    {
        /// <summary>The silo.</summary>
        [Id(0)]
        public SiloAddress SiloAddress { get; set; } = SiloAddress.Zero;

        /// <summary>Its state.</summary>
        [Id(1)]
        public SiloStatus Status { get; set; }

        /// <summary>Who suspects it to be dead, and since when.</summary>
        [Id(2)]
        public List<Tuple<SiloAddress, DateTime>>? SuspectTimes { get; set; }

        /// <summary>Its port for clients.</summary>
        [Id(3)]
        public int ProxyPort { get; set; }

        /// <summary>Its host.</summary>
        [Id(4)]
        public string HostName { get; set; } = "";

        /// <summary>Its name.</summary>
        [Id(5)]
        public string SiloName { get; set; } = "";

        /// <summary>Its role.</summary>
        [Id(6)]
        public string? RoleName { get; set; }

        /// <summary>Its update zone.</summary>
        [Id(7)]
        public int UpdateZone { get; set; }

        /// <summary>Its fault zone.</summary>
        [Id(8)]
        public int FaultZone { get; set; }

        /// <summary>When it started (UTC).</summary>
        [Id(9)]
        public DateTime StartTime { get; set; }

        /// <summary>When it last said that it lives (UTC).</summary>
        [Id(10)]
        public DateTime IAmAliveTime { get; set; }

        /// <inheritdoc/>
        public override string ToString() => $"SiloAddress={SiloAddress} SiloName={SiloName} Status={Status}";
    }
}
