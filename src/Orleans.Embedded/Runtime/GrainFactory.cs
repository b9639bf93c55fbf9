using System.Collections.Concurrent;
using System.Reflection;
using Orleans.CodeGeneration;

namespace Orleans.Runtime;

/// <summary>Makes references. Those with the same class and interface share everything but the key.</summary>
internal sealed class GrainFactory(SiloRuntime silo) : IClusterClient
{
    private readonly ConcurrentDictionary<(GrainTypeContext Type, Type Interface), ReferenceMaker> _makers = new();
    private readonly ConcurrentDictionary<GrainType, GrainReferenceShared> _untyped = new();

    public IServiceProvider ServiceProvider => silo.Services;

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidKey =>
        Make<TGrainInterface>(GrainIdKeyExtensions.CreateGuidKey(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey =>
        Make<TGrainInterface>(GrainIdKeyExtensions.CreateIntegerKey(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(primaryKey);
        return Make<TGrainInterface>(IdSpan.Create(primaryKey), grainClassNamePrefix);
    }

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidCompoundKey
    {
        ThrowIfBlank(keyExtension);
        return Make<TGrainInterface>(GrainIdKeyExtensions.CreateGuidKey(primaryKey, keyExtension), grainClassNamePrefix);
    }

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerCompoundKey
    {
        ThrowIfBlank(keyExtension);
        return Make<TGrainInterface>(GrainIdKeyExtensions.CreateIntegerKey(primaryKey, keyExtension), grainClassNamePrefix);
    }

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver => (TGrainObserverInterface)(object)silo.Observers.Add(obj, typeof(TGrainObserverInterface));

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver => silo.Observers.Remove(obj);

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) =>
        (IGrain)GetGrain(grainInterfaceType, GrainIdKeyExtensions.CreateGuidKey(grainPrimaryKey));

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) =>
        (IGrain)GetGrain(grainInterfaceType, GrainIdKeyExtensions.CreateIntegerKey(grainPrimaryKey));

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(grainPrimaryKey);
        return (IGrain)GetGrain(grainInterfaceType, IdSpan.Create(grainPrimaryKey));
    }

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension)
    {
        ThrowIfBlank(keyExtension);
        return (IGrain)GetGrain(grainInterfaceType, GrainIdKeyExtensions.CreateGuidKey(grainPrimaryKey, keyExtension));
    }

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension)
    {
        ThrowIfBlank(keyExtension);
        return (IGrain)GetGrain(grainInterfaceType, GrainIdKeyExtensions.CreateIntegerKey(grainPrimaryKey, keyExtension));
    }

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable =>
        (TGrainInterface)(object)Reference(TypeOf(grainId), typeof(TGrainInterface), grainId.Key);

    public IAddressable GetGrain(GrainId grainId) => silo.Types.TryGet(grainId.Type, out var type)
        ? CreateUntyped(type, grainId.Key)
        : new UntypedGrainReference(_untyped.GetOrAdd(grainId.Type, static (t, f) => f.Shared(t, default, null), this), grainId.Key);

    public IAddressable GetGrain(GrainId grainId, GrainInterfaceType interfaceType)
    {
        if (interfaceType.IsDefault)
        {
            return GetGrain(grainId);
        }

        var type = TypeOf(grainId);
        var face = type.Class.GetInterfaces().FirstOrDefault(f => InterfaceTypeOf(f) == interfaceType)
            ?? throw new ArgumentException($"{type.Class} does not implement an interface of type {interfaceType}.", nameof(interfaceType));
        return Reference(type, face, grainId.Key);
    }

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix) =>
        Reference(silo.Types.Resolve(interfaceType, grainClassNamePrefix), interfaceType, grainKey);

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey) =>
        Reference(silo.Types.Resolve(interfaceType, null), interfaceType, grainKey);

    internal GrainReference CreateUntyped(GrainTypeContext type, IdSpan key) => new UntypedGrainReference(
        _untyped.GetOrAdd(type.GrainType, static (t, s) => s.Factory.Shared(t, default, s.Type), (Factory: this, Type: type)), key);

    internal object Cast(GrainReference reference, Type face)
    {
        if (face.IsInstanceOfType(reference))
        {
            return reference;
        }

        var type = reference.Shared.Type ?? throw new InvalidOperationException(
            $"{reference.GrainId} cannot be cast to {face}: no class of this process has its grain type.");
        return Reference(type, face, reference.Key);
    }

    internal GrainReference Reference(GrainTypeContext type, Type face, IdSpan key) =>
        _makers.TryGetValue((type, face), out var maker)
            ? maker.Make(key)
            : _makers.GetOrAdd((type, face), k => new ReferenceMaker(
                silo.Types.ProxyOf(k.Interface), Shared(k.Type.GrainType, InterfaceTypeOf(k.Interface), k.Type))).Make(key);

    private static GrainInterfaceType InterfaceTypeOf(Type face)
    {
        foreach (var attribute in face.GetCustomAttributes(inherit: false).OfType<IGrainInterfaceTypeProviderAttribute>())
        {
            return attribute.GetGrainInterfaceType(null!, face);
        }

        return GrainInterfaceType.Create(face.FullName ?? face.Name);
    }

    private static void ThrowIfBlank(string keyExtension)
    {
        if (string.IsNullOrWhiteSpace(keyExtension))
        {
            throw new ArgumentException("Key extension is empty or white space.", nameof(keyExtension));
        }
    }

    private TGrainInterface Make<TGrainInterface>(IdSpan key, string? prefix)
    {
        if (prefix is not null)
        {
            return (TGrainInterface)GetGrain(typeof(TGrainInterface), key, prefix);
        }

        var cached = MakerOf<TGrainInterface>.Last;
        if (cached is null || !ReferenceEquals(cached.Owner, this))
        {
            cached = new OwnedMaker(this, MakerFor(typeof(TGrainInterface)));
            MakerOf<TGrainInterface>.Last = cached;
        }

        return (TGrainInterface)(object)cached.Maker.Make(key);
    }

    private ReferenceMaker MakerFor(Type face)
    {
        var type = silo.Types.Resolve(face, null);
        Reference(type, face, default);
        return _makers[(type, face)];
    }

    private GrainTypeContext TypeOf(GrainId id) => silo.Types.TryGet(id.Type, out var type)
        ? type
        : throw new ArgumentException($"{id} has a grain type that no class of this process has.", nameof(id));

    private GrainReferenceShared Shared(GrainType grainType, GrainInterfaceType face, GrainTypeContext? type) => new(
        grainType, face, 0, silo.Calls, InvokeMethodOptions.None, silo.Codecs, silo.CopyContexts, silo.Services)
    { Type = type };

    /// <summary>Constructs references of one kind.</summary>
    private sealed class ReferenceMaker(Type proxy, GrainReferenceShared shared)
    {
        private readonly Func<GrainReferenceShared, IdSpan, GrainReference> _construct = Compile(proxy);

        internal GrainReference Make(IdSpan key) => _construct(shared, key);

        private static Func<GrainReferenceShared, IdSpan, GrainReference> Compile(Type proxy)
        {
            var constructor = proxy.GetConstructor(
                BindingFlags.Instance | BindingFlags.Public, [typeof(GrainReferenceShared), typeof(IdSpan)])!;
            var shared = System.Linq.Expressions.Expression.Parameter(typeof(GrainReferenceShared));
            var key = System.Linq.Expressions.Expression.Parameter(typeof(IdSpan));
            return System.Linq.Expressions.Expression.Lambda<Func<GrainReferenceShared, IdSpan, GrainReference>>(
                System.Linq.Expressions.Expression.New(constructor, shared, key), shared, key).Compile();
        }
    }

    private sealed record OwnedMaker(GrainFactory Owner, ReferenceMaker Maker);

    /// <summary>The maker that was used last for an interface; there is mostly one silo in the process.</summary>
    private static class MakerOf<TGrainInterface>
    {
        internal static OwnedMaker? Last;
    }
}
