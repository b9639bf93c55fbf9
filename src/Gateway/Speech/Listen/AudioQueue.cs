using Switchboard.Gateway.Speech.Listen.Journal;

namespace Switchboard.Gateway.Speech.Listen;

/// <summary>
/// A stream's audio between the client that writes it and the engine that reads it, and what the engine was asked in between. Audio is
/// received into these buffers and sent from them: it is copied nowhere else. What final results do not yet cover is kept, as far as there
/// is room, so that another engine can be given it again. One writer, one reader; anybody may cover, rewind or look.
/// </summary>
/// <param name="origin">Position of the first byte: bytes from the session's beginning.</param>
/// <param name="frameBytes">Bytes of a sample of all channels, at whose borders audio may be cut; 1 where that is not known.</param>
/// <param name="queueBytes">Unread bytes beyond which the writer waits.</param>
/// <param name="keptBytes">Bytes that are kept for another reading.</param>
/// <param name="journal">Notes what was received, or null.</param>
internal sealed class AudioQueue(long origin, int frameBytes, int queueBytes, int keptBytes, JournalEntry? journal = null) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Ask> _asks = [];

    // The reader goes on where the writer is: a frame that came is sent at once, without a turn in the thread pool's queue.
    private readonly Signal _mayRead = new(inline: true);
    private readonly Signal _mayWrite = new(inline: false);
    private AudioSegment? _first;
    private AudioSegment? _last;
    private int _lastPiece;
    private long _kept = origin;
    private long _read = origin;
    private long _written = origin;
    private bool _isOver;
    private bool _isDisposed;

    /// <summary>Bytes received, counted from the session's beginning.</summary>
    public long Written
    {
        get
        {
            lock (_gate)
            {
                return _written;
            }
        }
    }

    /// <summary>Position of the first byte that can still be read again.</summary>
    public long Kept
    {
        get
        {
            lock (_gate)
            {
                return _kept;
            }
        }
    }

    /// <summary>Bytes given to the reader, counted from the session's beginning.</summary>
    public long ReadUpTo
    {
        get
        {
            lock (_gate)
            {
                return _read;
            }
        }
    }

    /// <summary>Room for the next bytes; never empty. What is received into it counts only once <see cref="Advance"/> says so.</summary>
    /// <param name="expected">How many bytes will come, where that is known; otherwise 0, and as many are expected as came last.</param>
    public Memory<byte> GetMemory(int expected)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);

            // It shall fit in whole: what is received as one is sent as one.
            var piece = Math.Min(expected > 0 ? expected : _lastPiece, AudioSegments.Most);
            if (_last is null || _last.Room < Math.Max(1, piece))
            {
                var next = AudioSegments.Rent(piece, _written);
                _last = _last is null ? _first = next : _last.Next = next;
            }

            return _last.Bytes.AsMemory(_last.Length);
        }
    }

    /// <summary>Takes in bytes that were received; what comes after the end is dropped.</summary>
    public void Advance(int count)
    {
        lock (_gate)
        {
            if (_isOver || _isDisposed)
            {
                return;
            }

            _written += count;
            _lastPiece = count;
            _last!.Length += count;
            journal?.Accept(_written);
        }

        _mayRead.Set();
    }

    /// <summary>Completes when there is room for more.</summary>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        if (!IsFull)
        {
            return;
        }

        await using var wake = cancellationToken.UnsafeRegister(static signal => ((Signal)signal!).Set(), _mayWrite);
        while (IsFull)
        {
            await _mayWrite.WaitAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Asks the engine for the result of all audio up to here.</summary>
    public void Finalize(int? channel)
    {
        lock (_gate)
        {
            _asks.Add(new Ask(_written, channel));
        }

        _mayRead.Set();
    }

    /// <summary>A result has answered the oldest question; it is not asked again.</summary>
    public void FinalizeAnswered()
    {
        lock (_gate)
        {
            if (_asks is [{ IsSent: true }, ..])
            {
                _asks.RemoveAt(0);
            }
        }
    }

    /// <summary>No more audio comes.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isOver = true;
        }

        _mayRead.Set();
        _mayWrite.Set();
    }

    /// <summary>What to do next for the engine. A step is done once the next one is asked for.</summary>
    public AudioStep Next(AudioStep done)
    {
        lock (_gate)
        {
            if (done.Audio.Length > 0)
            {
                var wasFull = IsFull;
                _read += done.Audio.Length;
                Trim();
                if (wasFull)
                {
                    _mayWrite.Set();
                }
            }

            var ask = _asks.FindIndex(static ask => !ask.IsSent);
            var until = ask < 0 ? _written : Math.Min(_written, _asks[ask].At);
            if (_read < until)
            {
                return AudioStep.Send(Piece(until));
            }

            if (ask >= 0)
            {
                _asks[ask] = _asks[ask] with { IsSent = true };
                return AudioStep.Ask(_asks[ask].Channel);
            }

            return _isOver ? AudioStep.End : AudioStep.Wait;
        }
    }

    /// <summary>Whether the writer waits for the reader.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
            {
                return _written - _read > queueBytes && !_isOver;
            }
        }
    }

    /// <summary>Lets the reader look, although nothing is there.</summary>
    public void Nudge() => _mayRead.Set();

    /// <summary>Completes when there may be something new to read. One waiter at a time.</summary>
    public ValueTask WaitToReadAsync() => _mayRead.WaitAsync();

    /// <summary>Final results cover the audio up to a position: it is not needed again.</summary>
    public void Cover(long position)
    {
        lock (_gate)
        {
            _kept = Math.Max(_kept, AtBorder(Math.Min(position, _read)));
            Trim();
        }
    }

    /// <summary>Starts reading again at the first byte that is kept, for another engine, which is also asked again what was not answered.</summary>
    /// <returns>The position of that byte.</returns>
    public long Rewind()
    {
        lock (_gate)
        {
            _read = _kept;
            for (var index = 0; index < _asks.Count; index++)
            {
                _asks[index] = _asks[index] with { At = Math.Max(_asks[index].At, _kept), IsSent = false };
            }

            return _kept;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            while (_first is not null)
            {
                FreeFirst();
            }

            _last = null;
        }
    }

    private ReadOnlyMemory<byte> Piece(long until)
    {
        var segment = _first!;
        while (segment.End <= _read)
        {
            segment = segment.Next!;
        }

        var offset = (int)(_read - segment.Start);
        return segment.Bytes.AsMemory(offset, (int)(Math.Min(segment.End, until) - _read));
    }

    private long AtBorder(long position) => position - (position % frameBytes);

    // What there is no room for is given up from the front, but never what was not read yet.
    private void Trim()
    {
        _kept = Math.Max(_kept, AtBorder(Math.Min(_read, _written - keptBytes)));
        while (_first != _last && _first!.End <= Math.Min(_kept, _read))
        {
            FreeFirst();
        }
    }

    private void FreeFirst()
    {
        var next = _first!.Next;
        AudioSegments.Return(_first);
        _first = next;
    }

    private readonly record struct Ask(long At, int? Channel, bool IsSent = false);
}

/// <summary>What the engine is to be told next.</summary>
internal readonly record struct AudioStep
{
    private enum Kind
    {
        Wait,
        Send,
        Ask,
        End,
    }

    private readonly Kind _kind;

    private AudioStep(Kind kind, ReadOnlyMemory<byte> audio = default, int? channel = null) => (_kind, Audio, Channel) = (kind, audio, channel);

    /// <summary>Nothing is there.</summary>
    public static AudioStep Wait => default;

    /// <summary>The stream is over.</summary>
    public static AudioStep End { get; } = new(Kind.End);

    /// <summary>Audio to send; stays valid until the step is done.</summary>
    public ReadOnlyMemory<byte> Audio { get; }

    /// <summary>The channel whose result is asked for, or null for all.</summary>
    public int? Channel { get; }

    public bool IsWait => _kind == Kind.Wait;

    public bool IsAsk => _kind == Kind.Ask;

    public bool IsEnd => _kind == Kind.End;

    public static AudioStep Send(ReadOnlyMemory<byte> audio) => new(Kind.Send, audio);

    public static AudioStep Ask(int? channel) => new(Kind.Ask, channel: channel);
}
