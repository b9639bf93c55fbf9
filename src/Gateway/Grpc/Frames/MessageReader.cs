using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;
using Grpc.Core;

namespace Switchboard.Gateway.Grpc.Frames;

/// <summary>
/// Takes messages from a request's body: a flag for compression, four bytes of length, the message. Memory is used for what has
/// arrived, not for what a length claims. Read by one task at a time.
/// </summary>
internal sealed class MessageReader(PipeReader body, string encoding, int largest)
{
    private const int HeaderLength = 5;

    /// <summary>Reads the next message, or null at the end of the body.</summary>
    /// <exception cref="RpcException">The body is not made of messages, or one of them is too large.</exception>
    public async ValueTask<IMessage?> ReadAsync(MessageParser parser, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await body.ReadAsync(cancellationToken);
            var (consumed, examined) = (result.Buffer.Start, result.Buffer.End);
            try
            {
                if (TryTake(result.Buffer, out var message, out var packed))
                {
                    consumed = examined = message.End;
                    return Parse(parser, message, packed);
                }

                if (result.IsCompleted)
                {
                    consumed = examined;
                    return result.Buffer.IsEmpty
                        ? null
                        : throw new RpcException(new Status(StatusCode.Internal, "the request ends in the middle of a message"));
                }
            }
            finally
            {
                body.AdvanceTo(consumed, examined);
            }
        }
    }

    /// <summary>Reads the one message of a call that takes one.</summary>
    public async ValueTask<IMessage> ReadOnlyOneAsync(MessageParser parser, CancellationToken cancellationToken)
    {
        var message = await ReadAsync(parser, cancellationToken)
            ?? throw new RpcException(new Status(StatusCode.Unimplemented, "the method takes one message, and none was sent"));
        return await ReadAsync(parser, cancellationToken) is null
            ? message
            : throw new RpcException(new Status(StatusCode.Unimplemented, "the method takes one message, and more were sent"));
    }

    private bool TryTake(in ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> message, out bool packed)
    {
        message = default;
        packed = false;
        if (buffer.Length < HeaderLength)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[HeaderLength];
        buffer.Slice(0, HeaderLength).CopyTo(header);
        if (header[0] > 1)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"a message begins with the byte {header[0]}; 0 and 1 are known"));
        }

        packed = header[0] == 1;
        if (packed && encoding == Compression.Identity)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"a message is compressed, but {ProtocolHeaders.Encoding} does not say how"));
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > (uint)largest)
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted, $"a message of {length} bytes is larger than the {largest} bytes that are allowed"));
        }

        if (buffer.Length - HeaderLength < length)
        {
            return false;
        }

        message = buffer.Slice(HeaderLength, length);
        return true;
    }

    private IMessage Parse(MessageParser parser, in ReadOnlySequence<byte> message, bool packed)
    {
        try
        {
            return packed ? parser.ParseFrom(Compression.Unpack(encoding, message, largest)) : parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"a message cannot be read: {error.Message}"));
        }
    }
}
