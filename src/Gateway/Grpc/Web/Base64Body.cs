using System.Buffers.Text;

namespace Switchboard.Gateway.Grpc.Web;

/// <summary>
/// A body in base64 as bytes. Clients send each message as base64 of its own, one after another, so padding may stand anywhere at the
/// end of four characters.
/// </summary>
internal sealed class Base64Body(Stream text) : Stream
{
    private const int Quantum = 4;

    private readonly byte[] _characters = new byte[4096];
    private readonly byte[] _decoded = new byte[4096 / Quantum * 3];
    private int _waiting;
    private int _start;
    private int _end;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The body is no base64.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_start == _end)
        {
            var read = await text.ReadAsync(_characters.AsMemory(_waiting), cancellationToken);
            if (read == 0)
            {
                return _waiting == 0 ? 0 : throw new InvalidDataException("the body ends in the middle of four characters");
            }

            Decode(_waiting + read);
        }

        var count = Math.Min(buffer.Length, _end - _start);
        _decoded.AsMemory(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Decode(int available)
    {
        (_start, _end) = (0, 0);
        var whole = available / Quantum * Quantum;
        var position = 0;
        while (position < whole)
        {
            // Up to and with the next padding at once.
            var padding = _characters.AsSpan(position, whole - position).IndexOf((byte)'=');
            var length = padding < 0 ? whole - position : (padding / Quantum * Quantum) + Quantum;
            var status = Base64.DecodeFromUtf8(_characters.AsSpan(position, length), _decoded.AsSpan(_end), out _, out var written);
            if (status != System.Buffers.OperationStatus.Done)
            {
                throw new InvalidDataException("the body is no base64");
            }

            _end += written;
            position += length;
        }

        _waiting = available - whole;
        _characters.AsSpan(whole, _waiting).CopyTo(_characters);
    }
}
