using System.Diagnostics.CodeAnalysis;
using Orleans.Metadata;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans;

/// <summary>
/// Subscribes a grain class to streams: the event of a stream goes to the grain whose key is the stream's key. The grain attaches in
/// <c>OnActivateAsync</c> with <c>SubscribeAsync</c>, or by <see cref="Streams.Core.IStreamSubscriptionObserver"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public class ImplicitStreamSubscriptionAttribute : Attribute, IGrainBindingsProviderAttribute
{
    /// <summary>Streams of every namespace, not those without one.</summary>
    public ImplicitStreamSubscriptionAttribute() => Predicate = new AllStreamNamespacesPredicate();

    /// <summary>Streams of one namespace.</summary>
    public ImplicitStreamSubscriptionAttribute(string streamNamespace, string? streamIdMapper = null)
        : this(new ExactMatchStreamNamespacePredicate(streamNamespace.Trim()), streamIdMapper)
    {
    }

    /// <summary>Streams that a predicate chooses; its class has a constructor without parameters.</summary>
    public ImplicitStreamSubscriptionAttribute(Type predicateType, string? streamIdMapper = null)
        : this((IStreamNamespacePredicate)Activator.CreateInstance(predicateType)!, streamIdMapper)
    {
    }

    /// <summary>Streams that a predicate chooses.</summary>
    public ImplicitStreamSubscriptionAttribute(IStreamNamespacePredicate predicate, string? streamIdMapper = null)
    {
        Predicate = predicate;
        StreamIdMapper = streamIdMapper;
    }

    /// <summary>Chooses the streams.</summary>
    public IStreamNamespacePredicate Predicate { get; }

    /// <summary>The name of the <see cref="IStreamIdMapper"/> that makes the grain's key; null: the stream's key.</summary>
    public string? StreamIdMapper { get; init; }

    /// <inheritdoc/>
    public IEnumerable<Dictionary<string, string?>> GetBindings(IServiceProvider services, Type grainClass, GrainType grainType)
    {
        var binding = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [WellKnownGrainTypeProperties.BindingTypeKey] = WellKnownGrainTypeProperties.StreamBindingTypeValue,
            [WellKnownGrainTypeProperties.StreamBindingPatternKey] = Predicate.PredicatePattern,
            [WellKnownGrainTypeProperties.StreamIdMapperKey] = StreamIdMapper,
        };
        if (KeyTypeOf(grainClass) is { } keyType)
        {
            binding[WellKnownGrainTypeProperties.LegacyGrainKeyType] = keyType;
        }

        if (typeof(IGrainWithGuidCompoundKey).IsAssignableFrom(grainClass) || typeof(IGrainWithIntegerCompoundKey).IsAssignableFrom(grainClass))
        {
            binding[WellKnownGrainTypeProperties.StreamBindingIncludeNamespaceKey] = "true";
        }

        yield return binding;
    }

    private static string? KeyTypeOf(Type grainClass)
    {
        if (typeof(IGrainWithGuidKey).IsAssignableFrom(grainClass) || typeof(IGrainWithGuidCompoundKey).IsAssignableFrom(grainClass))
        {
            return nameof(Guid);
        }

        if (typeof(IGrainWithIntegerKey).IsAssignableFrom(grainClass) || typeof(IGrainWithIntegerCompoundKey).IsAssignableFrom(grainClass))
        {
            return nameof(Int64);
        }

        return typeof(IGrainWithStringKey).IsAssignableFrom(grainClass) ? nameof(String) : null;
    }
}

/// <summary>Subscribes a grain class to the streams whose namespace matches a regular expression.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class RegexImplicitStreamSubscriptionAttribute([StringSyntax(StringSyntaxAttribute.Regex)] string pattern)
    : ImplicitStreamSubscriptionAttribute(new RegexStreamNamespacePredicate(pattern));
