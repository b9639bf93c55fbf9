using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Metadata;
using Orleans.Runtime;
using Orleans.Streams.Core;

namespace Orleans.Streams;

/// <summary>The subscriptions that grain classes declare. Nothing about them is stored: they follow from the stream's identity.</summary>
internal sealed class ImplicitSubscriptions
{
    private readonly Lazy<ImmutableArray<Subscriber>> _subscribers;
    private readonly ConcurrentDictionary<string, ImmutableArray<Subscriber>> _byNamespace = new(StringComparer.Ordinal);

    internal ImplicitSubscriptions(SiloRuntime silo) => _subscribers = new(() => FindSubscribers(silo));

    internal ISet<PubSubSubscriptionState> Of(QualifiedStreamId stream) => SubscribersOf(stream)
        .Select(it => new PubSubSubscriptionState(it.IdFor(stream), stream, it.GrainFor(stream)))
        .ToHashSet();

    internal IEnumerable<StreamSubscription> AllOf(QualifiedStreamId stream, GrainId consumer) => SubscribersOf(stream)
        .Where(it => consumer.IsDefault || it.Type == consumer.Type)
        .Select(it => new StreamSubscription(
            it.IdFor(stream).Guid, stream.ProviderName, stream, consumer.IsDefault ? it.GrainFor(stream) : consumer));

    /// <summary>The identity of the grain's declared subscription; null if its class declares none to the stream.</summary>
    internal GuidId? IdFor(QualifiedStreamId stream, GrainId consumer)
    {
        foreach (var subscriber in SubscribersOf(stream))
        {
            if (subscriber.Type == consumer.Type)
            {
                return subscriber.IdFor(stream);
            }
        }

        return null;
    }

    private static ImmutableArray<Subscriber> FindSubscribers(SiloRuntime silo)
    {
        var providers = silo.Services.GetServices<IStreamNamespacePredicateProvider>().ToArray();
        var found = ImmutableArray.CreateBuilder<Subscriber>();
        foreach (var type in silo.Types.All)
        {
            ImmutableArray<ImmutableDictionary<string, string>> bindings =
            [
                .. type.Class.GetCustomAttributes(inherit: true).OfType<IGrainBindingsProviderAttribute>()
                    .SelectMany(it => it.GetBindings(silo.Services, type.Class, type.GrainType))
                    .Select(it => it.ToImmutableDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal)),
            ];
            found.AddRange(bindings
                .Where(it => it[WellKnownGrainTypeProperties.BindingTypeKey] == WellKnownGrainTypeProperties.StreamBindingTypeValue)
                .Select(it => new Subscriber(new GrainBindings(type.GrainType, bindings), PredicateOf(it, type), MapperOf(it, type))));
        }

        return found.ToImmutable();

        IStreamNamespacePredicate PredicateOf(ImmutableDictionary<string, string> binding, GrainTypeContext type)
        {
            var pattern = binding[WellKnownGrainTypeProperties.StreamBindingPatternKey];
            foreach (var provider in providers)
            {
                if (provider.TryGetPredicate(pattern, out var predicate))
                {
                    return predicate;
                }
            }

            throw new KeyNotFoundException(
                $"No {nameof(IStreamNamespacePredicateProvider)} knows the pattern \"{pattern}\" of {type.Class}: register one that does.");
        }

        IStreamIdMapper MapperOf(ImmutableDictionary<string, string> binding, GrainTypeContext type)
        {
            var name = binding[WellKnownGrainTypeProperties.StreamIdMapperKey] is { Length: > 0 } given ? given : DefaultStreamIdMapper.Name;
            return silo.Services.GetKeyedService<IStreamIdMapper>(name) ?? throw new KeyNotFoundException(
                $"{type.Class} names the stream id mapper \"{name}\", but no {nameof(IStreamIdMapper)} is registered with that key.");
        }
    }

    private ImmutableArray<Subscriber> SubscribersOf(QualifiedStreamId stream) => stream.StreamId.GetNamespace() is { } ns
        && !string.IsNullOrWhiteSpace(ns)
        ? _byNamespace.GetOrAdd(ns, Match)
        : [];

    private ImmutableArray<Subscriber> Match(string ns) => [.. _subscribers.Value.Where(it => it.Predicate.IsMatch(ns)).DistinctBy(it => it.Type)];

    private sealed class Subscriber(GrainBindings bindings, IStreamNamespacePredicate predicate, IStreamIdMapper mapper)
    {
        internal GrainType Type => bindings.GrainType;

        internal IStreamNamespacePredicate Predicate => predicate;

        internal GrainId GrainFor(StreamId stream) => GrainId.Create(Type, mapper.GetGrainKeyId(bindings, stream));

        /// <summary>Made of hashes as in Microsoft Orleans, so that both engines mean the same subscription by it.</summary>
        internal GuidId IdFor(QualifiedStreamId stream)
        {
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, Type.GetUniformHashCode());
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], stream.StreamId.UniformHashCode);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], stream.StreamId.KeyIndex);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], StableHash.ComputeHash(stream.ProviderName));
            return SubscriptionMarker.Implicit(new Guid(bytes));
        }
    }
}

/// <summary>The highest bit of a subscription's last byte tells whether it is implicit.</summary>
internal static class SubscriptionMarker
{
    internal static bool IsImplicit(GuidId subscriptionId)
    {
        Span<byte> bytes = stackalloc byte[16];
        subscriptionId.Guid.TryWriteBytes(bytes);
        return (bytes[15] & 0x80) != 0;
    }

    internal static GuidId Implicit(Guid id) => Mark(id, 0x80);

    internal static GuidId NewExplicit() => Mark(Guid.NewGuid(), 0);

    private static GuidId Mark(Guid id, byte bit)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        bytes[15] = (byte)((bytes[15] & 0x7f) | bit);
        return GuidId.GetGuidId(new Guid(bytes));
    }
}
