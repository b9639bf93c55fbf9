using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Switchboard.Gateway.Grpc.Frames;

/// <summary>A message that is written as the bytes it travels in, and may be sent to many without being written again.</summary>
internal sealed class EncodedMessage(MessageDescriptor type, ReadOnlyMemory<byte> bytes) : IMessage
{
    /// <summary>The message in protobuf's binary form.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes;

    /// <inheritdoc/>
    public MessageDescriptor Descriptor => type;

    /// <inheritdoc/>
    public int CalculateSize() => bytes.Length;

    /// <inheritdoc/>
    public void WriteTo(CodedOutputStream output) => type.Parser.ParseFrom(bytes.Span).WriteTo(output);

    /// <inheritdoc/>
    public void MergeFrom(CodedInputStream input) => throw new NotSupportedException($"An encoded {type.FullName} is not changed any more.");
}
