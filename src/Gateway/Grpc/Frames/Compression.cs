using System.Buffers;
using System.IO.Compression;
using Grpc.Core;

namespace Switchboard.Gateway.Grpc.Frames;

/// <summary>Compressed messages. What a message unpacks to is bounded while it is unpacked, not afterwards.</summary>
internal static class Compression
{
    public const string Identity = "identity";
    public const string Gzip = "gzip";
    public const string Deflate = "deflate";

    /// <summary>What is taken, as <c>grpc-accept-encoding</c> says it.</summary>
    public const string Accepted = "identity,gzip,deflate";

    private const int GzipTrailer = 8;

    public static bool IsKnown(string encoding) => encoding is Identity or Gzip or Deflate;

    /// <summary>Whether a list such as <c>identity, gzip</c> has gzip in it.</summary>
    public static bool TakesGzip(string? accepted)
    {
        var list = accepted.AsSpan();
        foreach (var range in list.Split(','))
        {
            if (list[range].Trim().Equals(Gzip, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Unpacks a message.</summary>
    /// <param name="encoding">The encoding that the call names.</param>
    /// <param name="packed">The message as it came.</param>
    /// <param name="largest">The most bytes that it may unpack to.</param>
    /// <exception cref="RpcException">It is not what it claims to be, or larger than allowed.</exception>
    public static byte[] Unpack(string encoding, in ReadOnlySequence<byte> packed, int largest)
    {
        var bytes = packed.ToArray();
        if (bytes.Length == 0)
        {
            return bytes;
        }

        using var source = new MemoryStream(bytes, writable: false);
        using Stream unpacking = encoding == Gzip
            ? new GZipStream(source, CompressionMode.Decompress)
            : new ZLibStream(source, CompressionMode.Decompress);
        using var unpacked = new MemoryStream(Math.Min(largest, bytes.Length * 4));
        var piece = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int read;
            while ((read = unpacking.Read(piece)) > 0)
            {
                if (unpacked.Length + read > largest)
                {
                    throw new RpcException(new Status(
                        StatusCode.ResourceExhausted, $"the message unpacks to more than the {largest} bytes that are allowed"));
                }

                unpacked.Write(piece, 0, read);
            }
        }
        catch (InvalidDataException)
        {
            throw Garbled(encoding);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        // A cut-off stream unpacks without complaint; its own count of bytes tells.
        return encoding != Gzip || CountOf(bytes) == (uint)unpacked.Length ? unpacked.ToArray() : throw Garbled(encoding);
    }

    /// <summary>Packs a message with gzip.</summary>
    public static MemoryStream Pack(ReadOnlySpan<byte> message)
    {
        var packed = new MemoryStream(Math.Max(256, message.Length / 4));
        using (var packing = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            packing.Write(message);
        }

        return packed;
    }

    private static uint CountOf(byte[] gzip) =>
        gzip.Length < GzipTrailer ? uint.MaxValue : System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(gzip.AsSpan(gzip.Length - 4));

    private static RpcException Garbled(string encoding) =>
        new(new Status(StatusCode.Internal, $"a compressed message is no valid {encoding}"));
}
