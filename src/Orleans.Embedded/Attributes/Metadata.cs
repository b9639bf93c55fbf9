using Orleans.Runtime;

namespace Orleans.Metadata;

/// <summary>An attribute of a grain class that adds to the properties of its grain type.</summary>
public interface IGrainPropertiesProviderAttribute
{
    /// <summary>Adds properties of <paramref name="grainType"/>.</summary>
    void Populate(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties);
}

/// <summary>An attribute of a grain interface that adds to its properties.</summary>
public interface IGrainInterfacePropertiesProviderAttribute
{
    /// <summary>Adds properties of <paramref name="interfaceType"/>.</summary>
    void Populate(IServiceProvider services, Type interfaceType, Dictionary<string, string> properties);
}

/// <summary>An attribute of a grain class that gives its grain type.</summary>
public interface IGrainTypeProviderAttribute
{
    /// <summary>The grain type of the annotated class.</summary>
    GrainType GetGrainType(IServiceProvider services, Type type);
}

/// <summary>Names the grain type that an interface resolves to when several classes implement it.</summary>
[AttributeUsage(AttributeTargets.Interface, AllowMultiple = false)]
public sealed class DefaultGrainTypeAttribute(string grainType) : Attribute, IGrainInterfacePropertiesProviderAttribute
{
    void IGrainInterfacePropertiesProviderAttribute.Populate(
        IServiceProvider services, Type interfaceType, Dictionary<string, string> properties) =>
        properties[WellKnownGrainInterfaceProperties.DefaultGrainType] = grainType;
}

/// <summary>Keys of interface properties.</summary>
public static class WellKnownGrainInterfaceProperties
{
    /// <summary>The grain type that the interface resolves to.</summary>
    public const string DefaultGrainType = "primary-grain-type";

    /// <summary>The interface's type name.</summary>
    public const string TypeName = "type-name";

    /// <summary>The interface's version.</summary>
    public const string Version = "version";
}

/// <summary>Keys of grain type properties.</summary>
public static class WellKnownGrainTypeProperties
{
    /// <summary>Prefix of bindings such as stream subscriptions.</summary>
    public const string BindingPrefix = "binding";

    /// <summary>The kind of a binding.</summary>
    public const string BindingTypeKey = "type";

    /// <summary>Pattern of a broadcast channel binding.</summary>
    public const string BroadcastChannelBindingPatternKey = "channel-pattern";

    /// <summary>Kind of a broadcast channel binding.</summary>
    public const string BroadcastChannelBindingTypeValue = "broadcast-channel";

    /// <summary>Mapper of a broadcast channel binding.</summary>
    public const string ChannelIdMapperKey = "channelid-mapper";

    /// <summary>Full name of the class.</summary>
    public const string FullTypeName = "full-type-name";

    /// <summary>Name of the grain directory.</summary>
    public const string GrainDirectory = "directory-policy";

    /// <summary>How long an idle activation stays.</summary>
    public const string IdleDeactivationPeriod = "idle-duration";

    /// <summary>Which automatic movements are forbidden.</summary>
    public const string Immovable = "immovable";

    /// <summary>Prefix of implemented interfaces.</summary>
    public const string ImplementedInterfacePrefix = "interface.";

    /// <summary>Value of <see cref="IdleDeactivationPeriod"/> for "never".</summary>
    public const string IndefiniteIdleDeactivationPeriodValue = "indefinite";

    /// <summary>Kind of key of grains of old versions.</summary>
    public const string LegacyGrainKeyType = "legacy-grain-key-type";

    /// <summary>Name of the interleave predicate.</summary>
    public const string MayInterleavePredicate = "may-interleave-predicate";

    /// <summary>Names of placement filters.</summary>
    public const string PlacementFilter = "placement-filter";

    /// <summary>Name of the placement strategy.</summary>
    public const string PlacementStrategy = "placement-strategy";

    /// <summary>Whether the class is reentrant.</summary>
    public const string Reentrant = "reentrant";

    /// <summary>Whether a stream binding's key includes the namespace.</summary>
    public const string StreamBindingIncludeNamespaceKey = "include-namespace";

    /// <summary>Pattern of a stream binding.</summary>
    public const string StreamBindingPatternKey = "pattern";

    /// <summary>Kind of a stream binding.</summary>
    public const string StreamBindingTypeValue = "stream";

    /// <summary>Mapper of a stream binding.</summary>
    public const string StreamIdMapperKey = "streamid-mapper";

    /// <summary>Name of the class.</summary>
    public const string TypeName = "type-name";

    /// <summary>Whether messages may be reordered.</summary>
    public const string Unordered = "unordered";
}
