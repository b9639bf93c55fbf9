using System.Globalization;
using Orleans.Metadata;
using Orleans.Runtime;

namespace Orleans.Placement
{
    /// <summary>Says where activations of a class go. In a single process there is one place; only stateless workers differ.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public abstract class PlacementAttribute : Attribute, IGrainPropertiesProviderAttribute
    {
        /// <summary>Uses <paramref name="placement"/>.</summary>
        protected PlacementAttribute(PlacementStrategy placement)
        {
            ArgumentNullException.ThrowIfNull(placement);
            PlacementStrategy = placement;
        }

        /// <summary>The strategy.</summary>
        public PlacementStrategy PlacementStrategy { get; }

        /// <inheritdoc/>
        public virtual void Populate(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties) =>
            PlacementStrategy.PopulateGrainProperties(services, grainClass, grainType, properties);
    }

    /// <summary>Prefers silos with few activations.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class ActivationCountBasedPlacementAttribute() : PlacementAttribute(new ActivationCountBasedPlacement());

    /// <summary>Chooses by the hash of the id.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class HashBasedPlacementAttribute() : PlacementAttribute(new HashBasedPlacement());

    /// <summary>Prefers the calling silo.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class PreferLocalPlacementAttribute() : PlacementAttribute(new PreferLocalPlacement());

    /// <summary>Chooses at random.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class RandomPlacementAttribute() : PlacementAttribute(new RandomPlacement());

    /// <summary>Prefers silos with free resources; the default.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class ResourceOptimizedPlacementAttribute() : PlacementAttribute(new ResourceOptimizedPlacement());

    /// <summary>Chooses silos by role.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class SiloRoleBasedPlacementAttribute() : PlacementAttribute(new SiloRoleBasedPlacement());
}

namespace Orleans.Runtime
{
    /// <summary>Where activations go.</summary>
    [SerializerTransparent]
    public abstract class PlacementStrategy
    {
        /// <summary>Whether activations are found through the directory of grains.</summary>
        public virtual bool IsUsingGrainDirectory => true;

        /// <summary>Adds the strategy to the properties of a grain type.</summary>
        public virtual void PopulateGrainProperties(
            IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties) =>
            properties[WellKnownGrainTypeProperties.PlacementStrategy] = GetType().Name;
    }

    /// <summary>See <see cref="Placement.ActivationCountBasedPlacementAttribute"/>.</summary>
    [GenerateSerializer]
    [Immutable]
    [SuppressReferenceTracking]
    public sealed class ActivationCountBasedPlacement : PlacementStrategy;

    /// <summary>See <see cref="Placement.HashBasedPlacementAttribute"/>.</summary>
    [GenerateSerializer]
    [Immutable]
    [SuppressReferenceTracking]
    public sealed class HashBasedPlacement : PlacementStrategy;

    /// <summary>See <see cref="Placement.PreferLocalPlacementAttribute"/>.</summary>
    [GenerateSerializer]
    [Immutable]
    [SuppressReferenceTracking]
    public sealed class PreferLocalPlacement : PlacementStrategy;

    /// <summary>See <see cref="Placement.RandomPlacementAttribute"/>.</summary>
    [GenerateSerializer]
    [Immutable]
    [SuppressReferenceTracking]
    public sealed class RandomPlacement : PlacementStrategy;

    /// <summary>See <see cref="Placement.ResourceOptimizedPlacementAttribute"/>.</summary>
    [GenerateSerializer]
    [Immutable]
    [SuppressReferenceTracking]
    public sealed class ResourceOptimizedPlacement : PlacementStrategy;

    /// <summary>See <see cref="Placement.SiloRoleBasedPlacementAttribute"/>.</summary>
    [GenerateSerializer]
    [Immutable]
    [SuppressReferenceTracking]
    public class SiloRoleBasedPlacement : PlacementStrategy;

    internal sealed class StatelessWorkerPlacement(int maxLocal, bool removeIdleWorkers) : PlacementStrategy
    {
        internal const string MaxLocalKey = "max-local-instances";
        internal const string RemoveIdleWorkersKey = "remove-idle-workers";

        public override bool IsUsingGrainDirectory => false;

        public override void PopulateGrainProperties(
            IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties)
        {
            base.PopulateGrainProperties(services, grainClass, grainType, properties);
            properties[MaxLocalKey] = (maxLocal > 0 ? maxLocal : Environment.ProcessorCount).ToString(CultureInfo.InvariantCulture);
            properties[RemoveIdleWorkersKey] = removeIdleWorkers ? "true" : "false";
        }
    }
}
