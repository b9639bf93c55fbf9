using System.Security.Cryptography;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Files;

/// <summary>
/// A file on its way through: counted, hashed, held to the limit, and slowed by whoever reads it. Nothing of it is kept.
/// </summary>
internal sealed class UploadBody(Stream inner, long mostBytes) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private ReadOnlyMemory<byte> _first;

    /// <summary>Bytes so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Why the body could not be read to its end: it is too large, or its sender is gone. Null when it could.</summary>
    public SpeechError? Fault { get; private set; }

    /// <summary>Hash of the bytes so far, in hexadecimal. Read once, at the end.</summary>
    public string Sha256 => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Waits for the first bytes; false when there are none. They are given to whoever reads next.</summary>
    public async ValueTask<bool> HasAnyAsync(CancellationToken cancellationToken)
    {
        if (_first.IsEmpty)
        {
            var buffer = new byte[16 * 1024];
            _first = buffer.AsMemory(0, await ReadInnerAsync(buffer, cancellationToken));
        }

        return !_first.IsEmpty;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        if (_first.IsEmpty)
        {
            count = await ReadInnerAsync(buffer, cancellationToken);
        }
        else
        {
            count = Math.Min(buffer.Length, _first.Length);
            _first[..count].CopyTo(buffer);
            _first = _first[count..];
        }

        Bytes += count;
        if (Bytes > mostBytes)
        {
            Fault = SpeechError.TooLarge($"{mostBytes} bytes");
            throw new SpeechRefusedException(Fault);
        }

        _hash.AppendData(buffer.Span[..count]);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async ValueTask<int> ReadInnerAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException error)
        {
            Fault = SpeechError.Unreadable;
            throw new SpeechRefusedException(Fault, error);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _hash.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>A request cannot be served for a reason that its sender can act on.</summary>
internal sealed class SpeechRefusedException(SpeechError error, Exception? inner = null) : IOException(error.Message, inner)
{
    /// <summary>The reason.</summary>
    public SpeechError Error => error;
}
