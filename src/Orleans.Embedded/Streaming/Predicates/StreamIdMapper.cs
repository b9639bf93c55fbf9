using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using Orleans.Metadata;
using Orleans.Runtime;

namespace Orleans.Metadata
{
    /// <summary>An attribute of a grain class that adds to the bindings of its grain type.</summary>
    public interface IGrainBindingsProviderAttribute
    {
        /// <summary>The bindings, each a set of properties.</summary>
        IEnumerable<Dictionary<string, string?>> GetBindings(IServiceProvider services, Type grainClass, GrainType grainType);
    }

    /// <summary>What a grain type is bound to, such as streams.</summary>
    public class GrainBindings(GrainType grainType, ImmutableArray<ImmutableDictionary<string, string>> bindings)
    {
        /// <summary>The grain type.</summary>
        public GrainType GrainType { get; } = grainType;

        /// <summary>The bindings, each a set of properties.</summary>
        public ImmutableArray<ImmutableDictionary<string, string>> Bindings { get; } = bindings;
    }
}

namespace Orleans.Streams
{
    /// <summary>Makes the key of the grain that is implicitly subscribed to a stream. Registered as a keyed service.</summary>
    public interface IStreamIdMapper
    {
        /// <summary>The key of the grain of the bound type.</summary>
        IdSpan GetGrainKeyId(GrainBindings grainBindings, StreamId streamId);
    }

    /// <summary>Takes the stream's key, read as the kind of key that the grain has; a compound key gets the namespace as its extension.</summary>
    public sealed class DefaultStreamIdMapper : IStreamIdMapper
    {
        /// <summary>The name it is registered with.</summary>
        public const string Name = "default";

        /// <inheritdoc/>
        /// <exception cref="ArgumentException">The stream's key is not of the kind of the grain's key.</exception>
        public IdSpan GetGrainKeyId(GrainBindings grainBindings, StreamId streamId)
        {
            string? keyType = null;
            var isCompound = false;
            foreach (var binding in grainBindings.Bindings)
            {
                if (binding.GetValueOrDefault(WellKnownGrainTypeProperties.BindingTypeKey) == WellKnownGrainTypeProperties.StreamBindingTypeValue)
                {
                    keyType = binding.GetValueOrDefault(WellKnownGrainTypeProperties.LegacyGrainKeyType);
                    isCompound |= binding.GetValueOrDefault(WellKnownGrainTypeProperties.StreamBindingIncludeNamespaceKey) == "true";
                }
            }

            var extension = isCompound && !streamId.Namespace.IsEmpty ? Encoding.UTF8.GetString(streamId.Namespace.Span) : null;
            return keyType switch
            {
                nameof(Guid) => GuidKey(streamId, extension),
                nameof(Int64) => IntegerKey(streamId, extension),
                _ => streamId.GetKeyIdSpan(),
            };
        }

        private static IdSpan GuidKey(StreamId stream, string? extension)
        {
            if (!Utf8Parser.TryParse(stream.Key.Span, out Guid key, out var length, 'N') || length < stream.Key.Length)
            {
                throw new ArgumentException($"The key of {stream} is not a Guid, as the key of its subscriber is.", nameof(stream));
            }

            return extension is null ? stream.GetKeyIdSpan() : GrainIdKeyExtensions.CreateGuidKey(key, extension);
        }

        private static IdSpan IntegerKey(StreamId stream, string? extension)
        {
            if (!Utf8Parser.TryParse(stream.Key.Span, out long key, out var length) || length < stream.Key.Length)
            {
                throw new ArgumentException($"The key of {stream} is not an integer, as the key of its subscriber is.", nameof(stream));
            }

            return extension is null ? GrainIdKeyExtensions.CreateIntegerKey(key) : GrainIdKeyExtensions.CreateIntegerKey(key, extension);
        }
    }
}
