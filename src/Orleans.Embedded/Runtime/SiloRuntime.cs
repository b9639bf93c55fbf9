using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Configuration;
using Orleans.Serialization.Serializers;

namespace Orleans.Runtime;

/// <summary>The parts of one silo and how they find each other.</summary>
internal sealed class SiloRuntime : IDisposable
{
    private readonly SiloMessagingOptions _messaging;
    private volatile bool _stopping;
    private volatile bool _stopped;

    public SiloRuntime(
        IServiceProvider services,
        ILocalSiloDetails details,
        CodecProvider codecs,
        CopyContextPool copyContexts,
        OrleansInstruments instruments,
        IOptions<SiloMessagingOptions> messaging,
        IOptions<SchedulingOptions> scheduling,
        IOptions<GrainCollectionOptions> collection,
        IOptions<GrainTypeOptions> grainTypes,
        IOptions<TypeManifestOptions> manifest,
        ILoggerFactory loggers)
    {
        Services = services;
        Details = details;
        Codecs = codecs;
        CopyContexts = copyContexts;
        Time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        Logger = loggers.CreateLogger("Orleans.Embedded");
        _messaging = messaging.Value;
        SchedulingQuantum = scheduling.Value.ActivationSchedulingQuantum;
        ActivationTimeout = collection.Value.ActivationTimeout;
        DeactivationTimeout = collection.Value.DeactivationTimeout;
        Clock = new CoarseClock(Time);
        Metrics = new SiloMetrics(instruments, this);
        Pending = new PendingCalls(Time, Metrics);
        Calls = new GrainCalls(this);
        Factory = new GrainFactory(this);
        GrainRuntime = new GrainRuntime(this);
        Observers = new Observers(this);
        Filters = new CallFilters(
            services.GetServices<IIncomingGrainCallFilter>(), services.GetServices<IOutgoingGrainCallFilter>(), this);
        Types = new GrainTypeMap(this, manifest.Value, grainTypes.Value, collection.Value);
    }

    internal IServiceProvider Services { get; }

    internal ILocalSiloDetails Details { get; }

    internal CodecProvider Codecs { get; }

    internal CopyContextPool CopyContexts { get; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    internal CoarseClock Clock { get; }

    internal SiloMetrics Metrics { get; }

    internal PendingCalls Pending { get; }

    internal GrainCalls Calls { get; }

    internal CallFilters Filters { get; }

    internal GrainFactory Factory { get; }

    internal GrainRuntime GrainRuntime { get; }

    internal Observers Observers { get; }

    internal GrainTypeMap Types { get; }

    internal TimeSpan SchedulingQuantum { get; }

    internal TimeSpan ActivationTimeout { get; }

    internal TimeSpan DeactivationTimeout { get; }

    internal TimeSpan ResponseTimeout => _messaging.EffectiveResponseTimeout;

    internal bool DropExpiredRequests => _messaging.DropExpiredMessages;

    internal IEnumerable<Activation> Activations => Types.All.SelectMany(t => t.AllActivations);

    internal int ActivationCount => Types.All.Sum(t => t.ActivationCount);

    public void Dispose()
    {
        _stopped = true;
        Clock.Dispose();
        Pending.Dispose();
    }

    internal void Start()
    {
        Clock.Start();
        Pending.Start(_messaging);
    }

    /// <summary>Deactivates everything; the running requests finish first. Calls made meanwhile by grains that end still work.</summary>
    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        var reason = new DeactivationReason(DeactivationReasonCode.ShuttingDown, "This process is terminating.");
        var count = 0;
        while (Activations.ToArray() is { Length: > 0 } all)
        {
            foreach (var activation in all)
            {
                activation.Deactivate(reason, CancellationToken.None);
            }

            count += all.Length;
            try
            {
                await Task.WhenAll(all.Select(a => a.Deactivated)).WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                Log.SiloStopCutShort(Logger, Details.Name, all.Count(a => a.IsAlive));
                break;
            }
        }

        _stopped = true;
        Pending.FailAll(call => new SiloUnavailableException(
            $"The silo stopped before {call.Method.InterfaceName}.{call.Method.MethodName} was answered."));
        Log.SiloStopped(Logger, Details.Name, count);
    }

    /// <summary>
    /// While the silo stops, requests of clients that have not started are refused, and those of grains, which may need them to finish,
    /// are passed on a few times only: each new activation is to end, too.
    /// </summary>
    internal bool RefusesForwarding(RequestBase request) => _stopping && (request.Source is null || request.Forwards >= 3);

    internal void ThrowIfStopped()
    {
        if (_stopped)
        {
            throw new SiloUnavailableException($"Silo {Details.Name} has stopped: no grain can be called any more.");
        }
    }

    internal long DeadlineOf(RequestBase request)
    {
        var timeout = request.Statistics.Timeout ?? ResponseTimeout;
        return timeout == Timeout.InfiniteTimeSpan || timeout == TimeSpan.MaxValue
            ? long.MaxValue
            : Time.GetTimestamp() + (long)(timeout.TotalSeconds * Time.TimestampFrequency);
    }
}
