using Google.Protobuf;
using Google.Protobuf.Reflection;
using Switchboard.Gateway.CaseApi.Messages;
using Switchboard.Gateway.CaseStreams;
using Switchboard.Gateway.Grpc.Frames;

namespace Switchboard.Gateway.CaseApi.Answers;

/// <summary>Makes the messages that answers travel in, out of the JSON that operations and streams render: one rendering for all doors.</summary>
internal static class EncodedAnswer
{
    private const int LargestKept = 1024 * 1024;

    [ThreadStatic]
    private static WireBuffer? _buffer;

    /// <summary>The message of a document whose <c>data</c> is one resource or a list of them; no document gives an empty message.</summary>
    public static EncodedMessage Of(MessageDescriptor type, ReadOnlySpan<byte> document)
    {
        if (document.IsEmpty)
        {
            return new EncodedMessage(type, default);
        }

        var buffer = Buffer();
        MessageEncoder.WriteDocument(type, document, buffer);
        return Take(type, buffer);
    }

    /// <summary>The message of a resource that stands for itself.</summary>
    public static EncodedMessage OfObject(MessageDescriptor type, ReadOnlySpan<byte> resource)
    {
        var buffer = Buffer();
        MessageEncoder.WriteObject(type, resource, buffer);
        return Take(type, buffer);
    }

    /// <summary>The message that tells of a change.</summary>
    /// <param name="streamed">The change.</param>
    /// <param name="inQuery">Whether the case is what the client asked for after it.</param>
    public static EncodedMessage Of(StreamedEvent streamed, bool inQuery)
    {
        var json = streamed.Json(inQuery);
        var buffer = Buffer();
        buffer.Tag(CaseWatchMessage.PositionFieldNumber, WireFormat.WireType.LengthDelimited);
        buffer.Text(System.Text.Encoding.UTF8.GetBytes(streamed.Id));
        buffer.Tag(CaseWatchMessage.ChangeFieldNumber, WireFormat.WireType.LengthDelimited);
        var change = buffer.Open();
        MessageEncoder.WriteObject(CaseChange.Descriptor, json.Span, buffer);
        buffer.Close(change);
        return Take(CaseWatchMessage.Descriptor, buffer);
    }

    private static WireBuffer Buffer()
    {
        var buffer = _buffer ??= new WireBuffer();
        buffer.Clear();
        return buffer;
    }

    private static EncodedMessage Take(MessageDescriptor type, WireBuffer buffer)
    {
        if (buffer.Capacity > LargestKept)
        {
            _buffer = null;
        }

        return new EncodedMessage(type, buffer.Written.ToArray());
    }
}
