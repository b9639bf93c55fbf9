using System.Globalization;
using Orleans.Metadata;
using Orleans.Runtime;

namespace Orleans
{
    /// <summary>Overrides the grain type, which is otherwise the lower-cased class name without a trailing <c>grain</c>.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class GrainTypeAttribute(string grainType) : Attribute, IGrainTypeProviderAttribute
    {
        /// <inheritdoc/>
        public GrainType GetGrainType(IServiceProvider services, Type type) => GrainType.Create(grainType);
    }

    /// <summary>Overrides how long an idle activation of the class stays in memory; at least one minute.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public class CollectionAgeLimitAttribute : Attribute, IGrainPropertiesProviderAttribute
    {
        /// <summary>The shortest age limit that is accepted.</summary>
        public static readonly TimeSpan MinAgeLimit = TimeSpan.FromMinutes(1);

        /// <summary>Takes the limit from <see cref="Days"/>, <see cref="Hours"/> and <see cref="Minutes"/>.</summary>
        public CollectionAgeLimitAttribute()
        {
        }

        /// <summary>Takes the limit from a constant such as <c>"00:05:00"</c>.</summary>
        public CollectionAgeLimitAttribute(string inactivityPeriod)
        {
            var limit = TimeSpan.Parse(inactivityPeriod, CultureInfo.InvariantCulture);
            Days = limit.TotalDays;
        }

        /// <summary>Days of the limit.</summary>
        public double Days { get; set; }

        /// <summary>Hours of the limit.</summary>
        public double Hours { get; set; }

        /// <summary>Minutes of the limit.</summary>
        public double Minutes { get; set; }

        /// <summary>Never collect the class.</summary>
        public bool AlwaysActive { get; set; }

        /// <summary>The sum of the parts.</summary>
        public TimeSpan AgeLimit =>
            AlwaysActive ? Timeout.InfiniteTimeSpan : TimeSpan.FromDays(Days) + TimeSpan.FromHours(Hours) + TimeSpan.FromMinutes(Minutes);

        /// <inheritdoc/>
        public void Populate(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties)
        {
            var limit = AgeLimit;
            if (limit != Timeout.InfiniteTimeSpan && limit < MinAgeLimit)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(AgeLimit), limit, $"[CollectionAgeLimit] of {grainClass} must be at least {MinAgeLimit}.");
            }

            properties[WellKnownGrainTypeProperties.IdleDeactivationPeriod] = limit == Timeout.InfiniteTimeSpan
                ? WellKnownGrainTypeProperties.IndefiniteIdleDeactivationPeriodValue
                : limit.ToString("c", CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Activations of the class are not collected when idle.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public class KeepAliveAttribute : Attribute, IGrainPropertiesProviderAttribute
    {
        /// <inheritdoc/>
        public void Populate(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties) =>
            properties[WellKnownGrainTypeProperties.IdleDeactivationPeriod] =
                WellKnownGrainTypeProperties.IndefiniteIdleDeactivationPeriodValue;
    }
}

namespace Orleans.Runtime
{
    /// <summary>Overrides the name of a grain interface type.</summary>
    [AttributeUsage(AttributeTargets.Interface, AllowMultiple = false)]
    public sealed class GrainInterfaceTypeAttribute(string value) : Attribute, IGrainInterfaceTypeProviderAttribute
    {
        /// <inheritdoc/>
        public GrainInterfaceType GetGrainInterfaceType(IServiceProvider services, Type type) => GrainInterfaceType.Create(value);
    }

    /// <summary>Gives an interface its type.</summary>
    public interface IGrainInterfaceTypeProviderAttribute
    {
        /// <summary>The type of the annotated interface.</summary>
        GrainInterfaceType GetGrainInterfaceType(IServiceProvider services, Type type);
    }
}

namespace Orleans.CodeGeneration
{
    /// <summary>The version of a grain interface; in a single process all versions are the same.</summary>
    [AttributeUsage(AttributeTargets.Interface)]
    public sealed class VersionAttribute(ushort version) : Attribute, IGrainInterfacePropertiesProviderAttribute
    {
        /// <summary>The version.</summary>
        public ushort Version { get; } = version;

        void IGrainInterfacePropertiesProviderAttribute.Populate(
            IServiceProvider services, Type type, Dictionary<string, string> properties) =>
            properties[WellKnownGrainInterfaceProperties.Version] = Version.ToString(CultureInfo.InvariantCulture);
    }
}

namespace Orleans.Providers
{
    /// <summary>Names the storage provider of a <see cref="Grain{TGrainState}"/>.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class StorageProviderAttribute : Attribute
    {
        /// <summary>The provider's name.</summary>
        public string ProviderName { get; set; } = ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME;
    }

    /// <summary>Names of default providers.</summary>
    public static class ProviderConstants
    {
        /// <summary>The storage provider used when none is named.</summary>
        public const string DEFAULT_STORAGE_PROVIDER_NAME = "Default";

        /// <summary>The log consistency provider used when none is named.</summary>
        public const string DEFAULT_LOG_CONSISTENCY_PROVIDER_NAME = "Default";

        /// <summary>The storage provider that keeps explicit stream subscriptions.</summary>
        public const string DEFAULT_PUBSUB_PROVIDER_NAME = "PubSubStore";
    }
}
