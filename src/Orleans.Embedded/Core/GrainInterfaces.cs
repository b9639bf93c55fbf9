using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>Anything that can be called through a <see cref="GrainReference"/>.</summary>
    [GenerateMethodSerializers(typeof(GrainReference))]
    public interface IAddressable
    {
    }

    /// <summary>An interface that extends grains which do not implement it themselves.</summary>
    [GenerateMethodSerializers(typeof(GrainReference), isExtension: true)]
    public interface IGrainExtension : IAddressable
    {
    }
}

namespace Orleans
{
    /// <summary>Base of grain interfaces; derive from one of the keyed forms.</summary>
    public interface IGrain : IAddressable
    {
    }

    /// <summary>A grain with a string key.</summary>
    public interface IGrainWithStringKey : IGrain
    {
    }

    /// <summary>A grain with a <see cref="Guid"/> key.</summary>
    public interface IGrainWithGuidKey : IGrain
    {
    }

    /// <summary>A grain with a <see cref="long"/> key.</summary>
    public interface IGrainWithIntegerKey : IGrain
    {
    }

    /// <summary>A grain with a <see cref="Guid"/> and a string.</summary>
    public interface IGrainWithGuidCompoundKey : IGrain
    {
    }

    /// <summary>A grain with a <see cref="long"/> and a string.</summary>
    public interface IGrainWithIntegerCompoundKey : IGrain
    {
    }

    /// <summary>An object outside of the silo's grains that grains may call back.</summary>
    public interface IGrainObserver : IAddressable
    {
    }

    /// <summary>A per-silo service of the engine.</summary>
    public interface ISystemTarget : IAddressable
    {
    }

    /// <summary>A grain class, whether or not it derives from <see cref="Grain"/>.</summary>
    public interface IGrainBase
    {
        /// <summary>The activation that this object belongs to.</summary>
        IGrainContext GrainContext { get; }

        /// <summary>Runs before the first request; throwing fails the activation and every queued caller.</summary>
        Task OnActivateAsync(CancellationToken token) => Task.CompletedTask;

        /// <summary>Runs after the last request, if activation had succeeded; exceptions are logged and ignored.</summary>
        Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => Task.CompletedTask;
    }

    /// <summary>Makes references to grains; it never touches them.</summary>
    public interface IGrainFactory
    {
        /// <summary>A reference to the grain with a Guid key.</summary>
        /// <exception cref="ArgumentException">No class, or more than one, implements the interface.</exception>
        TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null)
            where TGrainInterface : IGrainWithGuidKey;

        /// <summary>A reference to the grain with an integer key.</summary>
        /// <exception cref="ArgumentException">No class, or more than one, implements the interface.</exception>
        TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
            where TGrainInterface : IGrainWithIntegerKey;

        /// <summary>A reference to the grain with a string key.</summary>
        /// <exception cref="ArgumentException">The key is blank, or no class, or more than one, implements the interface.</exception>
        TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
            where TGrainInterface : IGrainWithStringKey;

        /// <summary>A reference to the grain with a Guid and an extension.</summary>
        TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null)
            where TGrainInterface : IGrainWithGuidCompoundKey;

        /// <summary>A reference to the grain with an integer and an extension.</summary>
        TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix = null)
            where TGrainInterface : IGrainWithIntegerCompoundKey;

        /// <summary>Makes a local object callable by grains; the object is not kept alive by it.</summary>
        TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
            where TGrainObserverInterface : IGrainObserver;

        /// <summary>Stops calls to a local object.</summary>
        void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
            where TGrainObserverInterface : IGrainObserver;

        /// <summary>A reference to the grain with a Guid key.</summary>
        IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey);

        /// <summary>A reference to the grain with an integer key.</summary>
        IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey);

        /// <summary>A reference to the grain with a string key.</summary>
        IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey);

        /// <summary>A reference to the grain with a Guid and an extension.</summary>
        IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension);

        /// <summary>A reference to the grain with an integer and an extension.</summary>
        IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension);

        /// <summary>A reference to a grain whose identity is known.</summary>
        TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
            where TGrainInterface : IAddressable;

        /// <summary>An untyped reference to a grain whose identity is known.</summary>
        IAddressable GetGrain(GrainId grainId);

        /// <summary>A reference to a grain whose identity is known.</summary>
        IAddressable GetGrain(GrainId grainId, GrainInterfaceType interfaceType);

        /// <summary>A reference by interface and key.</summary>
        IAddressable GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix);

        /// <summary>A reference by interface and key.</summary>
        IAddressable GetGrain(Type interfaceType, IdSpan grainKey);
    }

    /// <summary>The way into the silo from code that is not a grain.</summary>
    public interface IClusterClient : IGrainFactory
    {
        /// <summary>The services of the host.</summary>
        IServiceProvider ServiceProvider { get; }
    }

    /// <summary>Checks configuration before the silo starts.</summary>
    public interface IConfigurationValidator
    {
        /// <summary>Throws <see cref="OrleansConfigurationException"/> that says what to set.</summary>
        void ValidateConfiguration();
    }

    /// <summary>Tells whether a grain has an activation here.</summary>
    public interface ILocalActivationStatusChecker
    {
        /// <summary>Whether the grain is active in this process.</summary>
        bool IsLocallyActivated(GrainId grainId);
    }
}
