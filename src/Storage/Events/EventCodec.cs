using System.Buffers;
using System.Collections.Frozen;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Switchboard.Events;
using Switchboard.Grains.DeadLetters;
using Switchboard.Grains.EventStore;

namespace Switchboard.Storage.Events;

/// <summary>
/// Translates events to and from what is stored: stable type name, schema version, JSON. Names and versions come from
/// <see cref="EventTypeAttribute"/>.
/// </summary>
public sealed class EventCodec
{
    private readonly FrozenDictionary<Type, EventType> _byType;
    private readonly FrozenDictionary<(string Name, int Version), EventType> _byName;
    private readonly FrozenDictionary<string, int> _newest;
    private readonly JsonTypeInfo<EventMetadata> _metadata;

    /// <summary>A codec for all event types of the contracts.</summary>
    public EventCodec()
        : this(typeof(DomainEvent).Assembly.GetTypes().Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(DomainEvent))))
    {
    }

    /// <summary>A codec for the given event types.</summary>
    /// <exception cref="InvalidOperationException">A type has no name, no JSON form, or the name and version of another one.</exception>
    internal EventCodec(IEnumerable<Type> types)
    {
        // Payloads are data, never part of a page: quotes and letters beyond ASCII stay readable and short.
        var json = new EventJsonContext(new JsonSerializerOptions(EventJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _metadata = json.EventMetadata;
        var known = types.Select(type => EventType.Describe(type, json)).ToArray();
        var twice = known.GroupBy(one => (one.Name, one.Version)).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            throw new InvalidOperationException(
                $"The event types {string.Join(" and ", twice.Select(one => one.Type.FullName))} have the same stored name "
                + $"'{twice.Key.Name}' and version {twice.Key.Version}; give one of them another name or raise its version.");
        }

        _byType = known.ToFrozenDictionary(one => one.Type);
        _byName = known.ToFrozenDictionary(one => (one.Name, one.Version));
        _newest = known.GroupBy(one => one.Name).ToFrozenDictionary(group => group.Key, group => group.Max(one => one.Version));
    }

    /// <summary>The stored names and versions, in order.</summary>
    public IEnumerable<(Type Type, string Name, int Version)> Known =>
        _byType.Values.OrderBy(one => one.Name, StringComparer.Ordinal).ThenBy(one => one.Version).Select(one => (one.Type, one.Name, one.Version));

    /// <summary>The stored name and version of an event type.</summary>
    internal (string Name, short Version) NameOf(Type type) =>
        _byType.TryGetValue(type, out var known)
            ? (known.Name, (short)known.Version)
            : throw new ArgumentException($"{type.FullName} is not an event type that can be stored; give it an [EventType] and list it in {nameof(EventJsonContext)}.");

    /// <summary>The event's JSON.</summary>
    internal byte[] Encode(DomainEvent body) => JsonSerializer.SerializeToUtf8Bytes(body, _byType[body.GetType()].Json);

    /// <summary>Reads an event's JSON.</summary>
    /// <exception cref="EventDecodeException">
    /// Its type or schema is not known to this release, or the JSON does not fit it; <see cref="EventDecodeException.Reason"/> tells which.
    /// </exception>
    public DomainEvent Decode(string name, int version, ReadOnlySpan<byte> json)
    {
        if (!_byName.TryGetValue((name, version), out var known))
        {
            throw _newest.TryGetValue(name, out var newest) && version > newest
                ? new EventDecodeException(
                    DeadLetterReason.FutureSchema,
                    $"Stored event type '{name}' version {version} is not known to this release, which knows it up to version {newest}. "
                    + "A newer release wrote it: run that one.")
                : new EventDecodeException(
                    DeadLetterReason.UnknownType,
                    $"Stored event type '{name}' version {version} is not known to this release. A newer release wrote it: run that one.");
        }

        try
        {
            return (DomainEvent?)JsonSerializer.Deserialize(json, known.Json) ?? throw new JsonException("it is null");
        }
        catch (Exception error) when (error is JsonException or ArgumentException or FormatException or InvalidOperationException or NotSupportedException)
        {
            throw new EventDecodeException(
                DeadLetterReason.Undecodable, $"The payload of a stored event '{name}' version {version} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Reads the body of an event that came through a stream.</summary>
    /// <exception cref="EventDecodeException">As <see cref="Decode(string, int, ReadOnlySpan{byte})"/>.</exception>
    public DomainEvent Decode(EventRecord record)
    {
        // Payloads are short: most fit a buffer that the pool has ready.
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(record.Payload.Length));
        try
        {
            var length = Encoding.UTF8.GetBytes(record.Payload, buffer);
            return Decode(record.Type, record.Schema, buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    internal byte[] Encode(EventMetadata metadata) => JsonSerializer.SerializeToUtf8Bytes(metadata, _metadata);

    internal EventMetadata DecodeMetadata(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, _metadata)!;

    private sealed record EventType(Type Type, string Name, int Version, JsonTypeInfo Json)
    {
        public static EventType Describe(Type type, EventJsonContext json)
        {
            var attribute = type.GetCustomAttribute<EventTypeAttribute>(inherit: false)
                ?? throw new InvalidOperationException($"Event type {type.FullName} has no [EventType] with its stored name.");
            var info = json.GetTypeInfo(type)
                ?? throw new InvalidOperationException($"Event type {type.FullName} is not listed in {nameof(EventJsonContext)}.");
            return new EventType(type, attribute.Name, attribute.Version, info);
        }
    }
}
