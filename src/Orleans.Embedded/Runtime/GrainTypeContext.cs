using System.Globalization;
using System.Reflection;
using Orleans.Configuration;
using Orleans.Metadata;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>What all activations of one grain class have in common.</summary>
internal sealed class GrainTypeContext
{
    internal GrainTypeContext(SiloRuntime silo, GrainType type, Type grainClass, GrainCollectionOptions collection)
    {
        Silo = silo;
        GrainType = type;
        Class = grainClass;
        Properties = ReadProperties(silo.Services, type, grainClass);
        Activations = new ActivationTable(this);
        Statistics = new GrainTypeStatistics(this);
        Activator = new GrainActivator(silo.Services, grainClass);
        CollectionAge = ReadCollectionAge(collection);
        IsReentrant = Properties.ContainsKey(WellKnownGrainTypeProperties.Reentrant);
        MayInterleave = Properties.TryGetValue(WellKnownGrainTypeProperties.MayInterleavePredicate, out var predicate)
            ? MayInterleavePredicate.Create(grainClass, predicate)
            : null;
        HasActivationWork = Overrides(nameof(Grain.OnActivateAsync)) || typeof(ILifecycleParticipant<IGrainLifecycle>).IsAssignableFrom(grainClass);
        HasOnDeactivate = Overrides(nameof(Grain.OnDeactivateAsync));
        ImplementsFilter = typeof(IIncomingGrainCallFilter).IsAssignableFrom(grainClass);
        Workers = Properties.TryGetValue(StatelessWorkerPlacement.MaxLocalKey, out var limit)
            ? new StatelessWorkers(
                this, int.Parse(limit, CultureInfo.InvariantCulture), Properties[StatelessWorkerPlacement.RemoveIdleWorkersKey] == "true")
            : null;
    }

    internal SiloRuntime Silo { get; }

    internal GrainType GrainType { get; }

    internal Type Class { get; }

    internal IReadOnlyDictionary<string, string> Properties { get; }

    internal ActivationTable Activations { get; }

    internal GrainTypeStatistics Statistics { get; }

    internal GrainActivator Activator { get; }

    /// <summary>How long an idle activation stays; infinite: forever.</summary>
    internal TimeSpan CollectionAge { get; }

    internal bool IsReentrant { get; }

    internal Func<object, IInvokable, bool>? MayInterleave { get; }

    internal bool HasActivationWork { get; }

    internal bool HasOnDeactivate { get; }

    internal bool ImplementsFilter { get; }

    internal bool HasIncomingFilters => ImplementsFilter || Silo.Filters.HasIncoming;

    /// <summary>Null unless the class is a stateless worker.</summary>
    internal StatelessWorkers? Workers { get; }

    internal int ActivationCount => Workers?.Count ?? Activations.Count;

    internal IEnumerable<Activation> AllActivations => Workers is null ? Activations : Workers.All;

    public override string ToString() => GrainType.ToString();

    internal void Remove(Activation activation)
    {
        if (Workers is null)
        {
            Activations.Remove(activation);
        }
        else
        {
            Workers.Remove(activation);
        }
    }

    private static Dictionary<string, string> ReadProperties(IServiceProvider services, GrainType type, Type grainClass)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [WellKnownGrainTypeProperties.TypeName] = grainClass.Name,
            [WellKnownGrainTypeProperties.FullTypeName] = grainClass.FullName!,
        };
        foreach (var attribute in grainClass.GetCustomAttributes(inherit: true).OfType<IGrainPropertiesProviderAttribute>())
        {
            attribute.Populate(services, grainClass, type, properties);
        }

        return properties;
    }

    private TimeSpan ReadCollectionAge(GrainCollectionOptions options)
    {
        if (options.ClassSpecificCollectionAge.TryGetValue(Class.FullName!, out var configured))
        {
            return configured;
        }

        if (!Properties.TryGetValue(WellKnownGrainTypeProperties.IdleDeactivationPeriod, out var period))
        {
            return options.CollectionAge;
        }

        return period == WellKnownGrainTypeProperties.IndefiniteIdleDeactivationPeriodValue
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.Parse(period, CultureInfo.InvariantCulture);
    }

    private bool Overrides(string method)
    {
        if (!typeof(Grain).IsAssignableFrom(Class))
        {
            return typeof(IGrainBase).IsAssignableFrom(Class);
        }

        return Class.GetMethods(BindingFlags.Instance | BindingFlags.Public)
            .Any(m => m.Name == method && m.GetBaseDefinition().DeclaringType == typeof(Grain) && m.DeclaringType != typeof(Grain));
    }
}

/// <summary>The method that <see cref="Concurrency.MayInterleaveAttribute"/> names.</summary>
internal static class MayInterleavePredicate
{
    internal static Func<object, IInvokable, bool> Create(Type grainClass, string methodName)
    {
        const BindingFlags all = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic
            | BindingFlags.FlattenHierarchy;
        var method = grainClass.GetMethod(methodName, all, [typeof(IInvokable)]);
        if (method is null || method.ReturnType != typeof(bool))
        {
            throw new InvalidOperationException(
                $"[MayInterleave] of {grainClass} names {methodName}, but there is no method bool {methodName}(IInvokable).");
        }

        if (method.IsStatic)
        {
            var predicate = method.CreateDelegate<Func<IInvokable, bool>>();
            return (_, request) => predicate(request);
        }

        var invoker = MethodInvoker.Create(method);
        return (grain, request) => (bool)invoker.Invoke(grain, request)!;
    }
}
