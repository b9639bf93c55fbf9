using System.Text.Json;
using Switchboard.Gateway.Cases;
using Switchboard.Gateway.Http;
using Switchboard.Grains.PublicEvents;

namespace Switchboard.Gateway.CaseStreams;

/// <summary>An event on its way to clients: rendered once for all that are told the same.</summary>
internal sealed class StreamedEvent(PublicCaseEvent told)
{
    private byte[]? _inQuery;
    private byte[]? _outOfQuery;
    private object? _shapeInQuery;
    private object? _shapeOutOfQuery;
    private StreamedEvent? _veiled;

    public PublicCaseEvent Told => told;

    /// <summary>Its place in the log as text.</summary>
    public string Id { get; } = PositionText.Of(told.Position);

    /// <summary>About how much memory it holds.</summary>
    public int Size { get; } = 2048 + (2 * (told.Payload.Length + (told.Case?.Description.Length ?? 0)));

    /// <summary>The same event for who may not see the cases that this one was merged with or linked to.</summary>
    public StreamedEvent Veiled => _veiled ??= new(told with { HidesOthers = true });

    /// <summary>The event's JSON, on one line.</summary>
    /// <param name="inQuery">Whether the case is, as far as the client asked, still what it asked for.</param>
    public ReadOnlyMemory<byte> Json(bool inQuery)
    {
        ref var rendered = ref inQuery ? ref _inQuery : ref _outOfQuery;
        return rendered ??= ReplyBuffer.Render((told, inQuery), Write).ToArray();
    }

    /// <summary>The event in another form than JSON, made once. There is one such form.</summary>
    /// <param name="inQuery">As for <see cref="Json"/>.</param>
    /// <param name="make">Makes it.</param>
    public T Shape<T>(bool inQuery, Func<StreamedEvent, bool, T> make)
        where T : class
    {
        ref var shape = ref inQuery ? ref _shapeInQuery : ref _shapeOutOfQuery;
        return (T)(shape ??= make(this, inQuery));
    }

    private static void Write(Utf8JsonWriter json, (PublicCaseEvent Told, bool InQuery) state)
    {
        json.WriteStartObject();
        PublicEventJson.WriteMembers(json, state.Told);
        json.WriteBoolean("in_query"u8, state.InQuery);
        if (state.Told.Case is { } now)
        {
            json.WritePropertyName("data"u8);
            CaseJson.WriteResource(json, now, state.Told.HidesOthers);
        }

        json.WriteEndObject();
    }
}
