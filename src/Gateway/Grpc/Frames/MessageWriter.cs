using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.IO.Pipelines;
using Google.Protobuf;
using Grpc.Core;

namespace Switchboard.Gateway.Grpc.Frames;

/// <summary>Puts messages into a response's body. Used by one task at a time.</summary>
internal sealed class MessageWriter(PipeWriter body, CallFormat format, int largest, int compressFrom)
{
    private const int HeaderLength = 5;
    private const byte TrailerFlag = 0x80;

    /// <summary>Whether anything was written, sent or not: then the status can no longer go with the headers.</summary>
    public bool HasWritten { get; private set; }

    /// <summary>Appends a message; it may wait for <see cref="FlushAsync"/>.</summary>
    /// <exception cref="RpcException">It is larger than allowed.</exception>
    public void Write(IMessage message, bool compress)
    {
        var size = message.CalculateSize();
        if (size > largest)
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted, $"the answer has {size} bytes, and {largest} are the most that is sent; ask for less at once"));
        }

        HasWritten = true;
        if (compress && compressFrom > 0 && size >= compressFrom)
        {
            var packed = Compression.Pack(message.ToByteArray());
            WriteFrame(1, packed.GetBuffer().AsSpan(0, (int)packed.Length));
        }
        else if (format == CallFormat.WebText)
        {
            WriteFrame(0, message.ToByteArray());
        }
        else
        {
            var frame = body.GetSpan(HeaderLength + size);
            frame[0] = 0;
            BinaryPrimitives.WriteInt32BigEndian(frame[1..], size);
            var content = frame.Slice(HeaderLength, size);
            if (message is EncodedMessage encoded)
            {
                encoded.Bytes.Span.CopyTo(content);
            }
            else
            {
                message.WriteTo(content);
            }

            body.Advance(HeaderLength + size);
        }
    }

    /// <summary>Appends the trailers as gRPC-Web does: <c>name: value</c> lines in a frame of their own.</summary>
    public void WriteTrailers(ReadOnlySpan<byte> lines)
    {
        HasWritten = true;
        WriteFrame(TrailerFlag, lines);
    }

    /// <summary>Sends what was written and waits while the client's window is full.</summary>
    public ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken) => body.FlushAsync(cancellationToken);

    private void WriteFrame(byte flag, ReadOnlySpan<byte> content)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        header[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], content.Length);
        if (format != CallFormat.WebText)
        {
            body.Write(header);
            body.Write(content);
            return;
        }

        // Each frame is base64 of its own, so that a client need not wait for the next.
        var frame = ArrayPool<byte>.Shared.Rent(HeaderLength + content.Length);
        header.CopyTo(frame);
        content.CopyTo(frame.AsSpan(HeaderLength));
        var length = HeaderLength + content.Length;
        var text = body.GetSpan(Base64.GetMaxEncodedToUtf8Length(length));
        Base64.EncodeToUtf8(frame.AsSpan(0, length), text, out _, out var written);
        body.Advance(written);
        ArrayPool<byte>.Shared.Return(frame);
    }
}
