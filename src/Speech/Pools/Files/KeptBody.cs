namespace Switchboard.Speech.Pools.Files;

/// <summary>
/// A file on its way to an engine: read once from its sender, and from here as often as nodes fail. What was read lies in a temporary file,
/// from which the next node is given it again while the rest still comes in. One attempt at a time reads; what an earlier one has still
/// under way counts for the next.
/// </summary>
/// <param name="source">The sender's bytes.</param>
/// <param name="spool">Where they are kept; null when nobody would be given them again.</param>
/// <param name="sender">Ends reading from the sender, whichever attempt does it.</param>
internal sealed class KeptBody(Stream source, FileSpool? spool, CancellationToken sender) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private SpooledFile? _file;
    private long _length;
    private bool _isOver;
    private bool _isLost;
    private bool _isTouched;
    private bool _isClosed;

    /// <summary>What went wrong while reading, which is the sender's fault and not a node's; null when nothing did.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Whether any node has begun to read.</summary>
    public bool IsTouched => Volatile.Read(ref _isTouched);

    /// <summary>Whether it can be read from the beginning once more.</summary>
    public bool CanBeginAgain => !IsTouched || (spool is not null && !Volatile.Read(ref _isLost));

    /// <summary>Reads from the beginning, for a node. The former attempt's stream has been disposed.</summary>
    public BodyReader Begin(TimeProvider time) => new(this, time);

    /// <summary>Gives bytes at a position, which come from the sender when nobody has read so far; 0 at the end.</summary>
    public async ValueTask<int> ReadAsync(long at, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (at < Volatile.Read(ref _length))
        {
            return await AgainAsync(at, buffer, cancellationToken);
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (at < _length)
            {
                return await AgainAsync(at, buffer, cancellationToken);
            }

            return _isOver ? 0 : await MoreAsync(buffer);
        }
        finally
        {
            _gate.Release();
            if (Volatile.Read(ref _isClosed))
            {
                Drop();
            }
        }
    }

    /// <summary>Deletes what was kept; what a node has still under way does so when it is done.</summary>
    public ValueTask DisposeAsync()
    {
        Volatile.Write(ref _isClosed, true);
        Drop();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<int> MoreAsync(Memory<byte> buffer)
    {
        Volatile.Write(ref _isTouched, true);
        int count;
        try
        {
            // Not with the token of an attempt: a source that is an answer of another server does not outlive a read that is broken off.
            count = await source.ReadAsync(buffer, sender);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Fault = error;
            throw;
        }

        if (count == 0)
        {
            _isOver = buffer.Length > 0;
            return 0;
        }

        await KeepAsync(buffer[..count]);
        Volatile.Write(ref _length, _length + count);
        return count;
    }

    private async ValueTask KeepAsync(ReadOnlyMemory<byte> bytes)
    {
        if (spool is null || _isLost)
        {
            return;
        }

        _file ??= spool.Open();
        if (_file is null || !await _file.AppendAsync(bytes))
        {
            Volatile.Write(ref _isLost, true);
            _file?.Dispose();
            _file = null;
        }
    }

    private ValueTask<int> AgainAsync(long at, Memory<byte> buffer, CancellationToken cancellationToken) =>
        _file is { } file ? file.ReadAsync(at, buffer, cancellationToken) : throw new IOException("What was read of the file is not kept any more.");

    private void Drop()
    {
        if (_gate.Wait(0))
        {
            _file?.Dispose();
            _file = null;
            _gate.Release();
        }
    }
}
