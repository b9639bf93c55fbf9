namespace Switchboard.Speech.Pools.Files;

/// <summary>One attempt's reading of a body, which tells whether its node is slow, or whoever sends the file.</summary>
internal sealed class BodyReader(KeptBody body, TimeProvider time) : Stream
{
    private long _at;
    private long _givenAt = time.GetTimestamp();
    private bool _isReading;
    private bool _isOver;
    private bool _isClosed;

    /// <summary>Whether the node has got all of it.</summary>
    public bool IsOver => Volatile.Read(ref _isOver);

    /// <summary>How long the node has had what it was given without asking for more; zero while it waits for the sender.</summary>
    public TimeSpan Silence => Volatile.Read(ref _isReading) ? TimeSpan.Zero : time.GetElapsedTime(Volatile.Read(ref _givenAt));

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isClosed), this);
        Volatile.Write(ref _isReading, true);
        var count = await body.ReadAsync(_at, buffer, cancellationToken);
        _at += count;
        Volatile.Write(ref _isOver, count == 0 && buffer.Length > 0);
        Volatile.Write(ref _givenAt, time.GetTimestamp());
        Volatile.Write(ref _isReading, false);
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

    /// <summary>Reads nothing any more: a request that was given up may still try to.</summary>
    protected override void Dispose(bool disposing)
    {
        Volatile.Write(ref _isClosed, true);
        base.Dispose(disposing);
    }
}
