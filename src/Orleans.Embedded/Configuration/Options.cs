using System.Net;

namespace Orleans.Configuration;

/// <summary>Refuses blank names.</summary>
public class ClusterOptionsValidator(Microsoft.Extensions.Options.IOptions<ClusterOptions> options) : IConfigurationValidator
{
    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
        if (string.IsNullOrWhiteSpace(options.Value.ClusterId))
        {
            throw new Runtime.OrleansConfigurationException("ClusterOptions.ClusterId must not be blank.");
        }

        if (string.IsNullOrWhiteSpace(options.Value.ServiceId))
        {
            throw new Runtime.OrleansConfigurationException("ClusterOptions.ServiceId must not be blank.");
        }
    }
}

/// <summary>The silo's own name.</summary>
public class SiloOptions
{
    /// <summary>The name; by default the host name and a random number.</summary>
    public string SiloName { get; set; } = "";
}

/// <summary>Where the silo would listen. A single process has no listeners; the address names the silo in statistics.</summary>
public class EndpointOptions
{
    /// <summary>The default of <see cref="SiloPort"/>.</summary>
    public const int DEFAULT_SILO_PORT = 11111;

    /// <summary>The default of <see cref="GatewayPort"/>.</summary>
    public const int DEFAULT_GATEWAY_PORT = 30000;

    /// <summary>The address that others would use.</summary>
    public IPAddress AdvertisedIPAddress { get; set; } = IPAddress.Loopback;

    /// <summary>The port for silos.</summary>
    public int SiloPort { get; set; } = DEFAULT_SILO_PORT;

    /// <summary>The port for clients.</summary>
    public int GatewayPort { get; set; } = DEFAULT_GATEWAY_PORT;

    /// <summary>Where silos would connect to.</summary>
    public IPEndPoint? SiloListeningEndpoint { get; set; }

    /// <summary>Where clients would connect to.</summary>
    public IPEndPoint? GatewayListeningEndpoint { get; set; }
}

/// <summary>Calls.</summary>
public abstract class MessagingOptions
{
    private TimeSpan _responseTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How long a caller waits for an answer.</summary>
    public TimeSpan ResponseTimeout
    {
        get => System.Diagnostics.Debugger.IsAttached ? ResponseTimeoutWithDebugger : _responseTimeout;
        set => _responseTimeout = value;
    }

    /// <summary>The same while a debugger is attached.</summary>
    public TimeSpan ResponseTimeoutWithDebugger { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Whether a request whose caller has given up is not started any more.</summary>
    public bool DropExpiredMessages { get; set; } = true;

    /// <summary>Whether a time-out cancels the token of the callee.</summary>
    public bool CancelRequestOnTimeout { get; set; } = true;

    /// <summary>Whether a cancelled caller waits until the callee has ended.</summary>
    public bool WaitForCancellationAcknowledgement { get; set; }

    /// <summary>Greatest size of headers; no call of a single process has any.</summary>
    public int MaxMessageHeaderSize { get; set; } = 10 * 1024 * 1024;

    /// <summary>Greatest size of bodies; calls of a single process are not serialized.</summary>
    public int MaxMessageBodySize { get; set; } = 100 * 1024 * 1024;

    internal TimeSpan EffectiveResponseTimeout => ResponseTimeout;
}

/// <summary>Calls of clients.</summary>
public class ClientMessagingOptions : MessagingOptions
{
}

/// <summary>Calls in a silo.</summary>
public class SiloMessagingOptions : MessagingOptions
{
    /// <summary>The default of <see cref="MaxRequestProcessingTime"/>.</summary>
    public static readonly TimeSpan DEFAULT_MAX_REQUEST_PROCESSING_TIME = TimeSpan.FromHours(2);

    /// <summary>How long a caller of the runtime's own services waits.</summary>
    public TimeSpan SystemResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests that may wait for one activation before a warning; 0: any number.</summary>
    public int MaxEnqueuedRequestsSoftLimit { get; set; }

    /// <summary>Requests that may wait for one activation before more are refused; 0: any number.</summary>
    public int MaxEnqueuedRequestsHardLimit { get; set; }

    /// <summary>After so long with one request, an activation for which others wait is given up.</summary>
    public TimeSpan MaxRequestProcessingTime { get; set; } = DEFAULT_MAX_REQUEST_PROCESSING_TIME;
}

/// <summary>Turns.</summary>
public class SchedulingOptions
{
    /// <summary>The default of <see cref="ActivationSchedulingQuantum"/>.</summary>
    public static readonly TimeSpan DEFAULT_ACTIVATION_SCHEDULING_QUANTUM = TimeSpan.FromMilliseconds(100);

    /// <summary>The default of <see cref="DelayWarningThreshold"/>.</summary>
    public static readonly TimeSpan DEFAULT_DELAY_WARNING_THRESHOLD = TimeSpan.FromSeconds(10);

    /// <summary>The default of <see cref="TurnWarningLengthThreshold"/>.</summary>
    public static readonly TimeSpan DEFAULT_TURN_WARNING_THRESHOLD = TimeSpan.FromSeconds(1);

    /// <summary>How long one activation keeps a thread while it has work.</summary>
    public TimeSpan ActivationSchedulingQuantum { get; set; } = DEFAULT_ACTIVATION_SCHEDULING_QUANTUM;

    /// <summary>How long work may wait before a warning.</summary>
    public TimeSpan DelayWarningThreshold { get; set; } = DEFAULT_DELAY_WARNING_THRESHOLD;

    /// <summary>How long a turn may take before a warning.</summary>
    public TimeSpan TurnWarningLengthThreshold { get; set; } = DEFAULT_TURN_WARNING_THRESHOLD;
}

/// <summary>When idle activations end.</summary>
public class GrainCollectionOptions
{
    /// <summary>The default of <see cref="CollectionQuantum"/>.</summary>
    public static readonly TimeSpan DEFAULT_COLLECTION_QUANTUM = TimeSpan.FromMinutes(1);

    /// <summary>The default of <see cref="ActivationTimeout"/>.</summary>
    public static readonly TimeSpan DEFAULT_ACTIVATION_TIMEOUT = TimeSpan.FromSeconds(30);

    /// <summary>The default of <see cref="DeactivationTimeout"/>.</summary>
    public static readonly TimeSpan DEFAULT_DEACTIVATION_TIMEOUT = TimeSpan.FromSeconds(30);

    /// <summary>How often idle activations are looked for.</summary>
    public TimeSpan CollectionQuantum { get; set; } = DEFAULT_COLLECTION_QUANTUM;

    /// <summary>How long an idle activation stays.</summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>The same for single classes, by full name.</summary>
    public Dictionary<string, TimeSpan> ClassSpecificCollectionAge { get; set; } = [];

    /// <summary>How long an activation may take to start.</summary>
    public TimeSpan ActivationTimeout { get; set; } = DEFAULT_ACTIVATION_TIMEOUT;

    /// <summary>How long an activation may take to end.</summary>
    public TimeSpan DeactivationTimeout { get; set; } = DEFAULT_DEACTIVATION_TIMEOUT;

    /// <summary>Whether activations end, longest idle first, when memory gets short.</summary>
    public bool EnableActivationSheddingOnMemoryPressure { get; set; }

    /// <summary>How often memory is looked at.</summary>
    public TimeSpan MemoryUsagePollingPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Memory is short above this share, in percent.</summary>
    public double MemoryUsageLimitPercentage { get; set; } = 80;

    /// <summary>Activations end until memory use should be at this share, in percent.</summary>
    public double MemoryUsageTargetPercentage { get; set; } = 75;
}

/// <summary>Stateless workers.</summary>
public class StatelessWorkerOptions
{
    /// <summary>The default of <see cref="RemoveIdleWorkers"/>.</summary>
    public const bool DEFAULT_REMOVE_IDLE_WORKERS = true;

    /// <summary>The default of <see cref="MinIdleCyclesBeforeRemoval"/>.</summary>
    public const int DEFAULT_MIN_IDLE_CYCLES_BEFORE_REMOVAL = 1;

    /// <summary>The default of <see cref="IdleWorkersInspectionPeriod"/>.</summary>
    public static readonly TimeSpan DEFAULT_IDLE_WORKERS_INSPECTION_PERIOD = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether idle workers end before their collection age.</summary>
    public bool RemoveIdleWorkers { get; set; } = DEFAULT_REMOVE_IDLE_WORKERS;

    /// <summary>How often idle workers are looked for.</summary>
    public TimeSpan IdleWorkersInspectionPeriod { get; set; } = DEFAULT_IDLE_WORKERS_INSPECTION_PERIOD;

    /// <summary>How often a worker must be found idle.</summary>
    public int MinIdleCyclesBeforeRemoval { get; set; } = DEFAULT_MIN_IDLE_CYCLES_BEFORE_REMOVAL;
}

/// <summary>Which grain classes the silo runs.</summary>
public class GrainTypeOptions
{
    /// <summary>Classes; at first all that are found.</summary>
    public HashSet<Type> Classes { get; } = [];

    /// <summary>Interfaces; at first all that are found.</summary>
    public HashSet<Type> Interfaces { get; } = [];
}

/// <summary>When a silo refuses work. The embedded engine only reports it.</summary>
public class LoadSheddingOptions
{
    /// <summary>Whether load is shed.</summary>
    public bool LoadSheddingEnabled { get; set; }

    /// <summary>Above this processor use, in percent.</summary>
    public int CpuThreshold { get; set; } = 95;

    /// <summary>Above this memory use, in percent.</summary>
    public int MemoryThreshold { get; set; } = 90;
}
