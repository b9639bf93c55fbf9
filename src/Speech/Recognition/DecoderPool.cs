using Microsoft.Extensions.Logging;
using Switchboard.Speech.Recognition.Sphinx;

namespace Switchboard.Speech.Recognition;

/// <summary>
/// Decoders of one kind, made when they are needed and leased for one utterance. A decoder whose state cannot be put in and taken out
/// is not given to another session: it is replaced by a new one. Safe for concurrent use.
/// </summary>
internal sealed class DecoderPool(
    string modelFolder, DecoderKind kind, int maximum, ILogger<DecoderPool> logger, bool trustLayout = true) : IDisposable
{
    private readonly SemaphoreSlim _free = new(maximum);
    private readonly Lock _gate = new();
    private readonly List<(SphinxDecoder Decoder, Guid Owner)> _idle = [];
    private int _leased;
    private int _made;
    private bool _disposed;

    public int Maximum => maximum;

    public int Leased => Volatile.Read(ref _leased);

    /// <summary>Decoders that take memory now.</summary>
    public int Made => Volatile.Read(ref _made);

    /// <summary>Makes one decoder, which says at start whether everything is there.</summary>
    public async Task WarmAsync(CancellationToken cancellation)
    {
        using var lease = await LeaseAsync(Guid.Empty, cancellation);
        if (!lease.Decoder.CanBeShared)
        {
            RecognitionLog.LayoutUnknown(logger);
        }
    }

    /// <summary>A decoder for one utterance of a session; waits while all are taken.</summary>
    /// <exception cref="SphinxException">None can be made.</exception>
    public async Task<DecoderLease> LeaseAsync(Guid owner, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        try
        {
            var decoder = Take(owner) ?? await MakeAsync();
            Interlocked.Increment(ref _leased);
            return new DecoderLease(this, decoder, owner);
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    /// <summary>Frees the decoders. Those that are leased are freed when they come back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var (decoder, _) in _idle)
            {
                Free(decoder);
            }

            _idle.Clear();
        }
    }

    internal void Return(SphinxDecoder decoder, Guid owner, bool sound)
    {
        Interlocked.Decrement(ref _leased);
        lock (_gate)
        {
            if (sound && !_disposed)
            {
                _idle.Add((decoder, owner));
            }
            else
            {
                Free(decoder);
            }
        }

        _free.Release();
    }

    private SphinxDecoder? Take(Guid owner)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_idle.Count == 0)
            {
                return null;
            }

            var own = _idle.FindLastIndex(entry => entry.Owner == owner);
            var at = own >= 0 ? own : _idle.Count - 1;
            var (decoder, last) = _idle[at];
            _idle.RemoveAt(at);
            if (decoder.CanBeShared || last == owner)
            {
                return decoder;
            }

            Free(decoder);
            return null;
        }
    }

    // Reads files of 30 MB and works for a third of a second.
    private async Task<SphinxDecoder> MakeAsync()
    {
        var decoder = await Task.Factory.StartNew(
            () => SphinxDecoder.Create(modelFolder, kind, trustLayout), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Interlocked.Increment(ref _made);
        return decoder;
    }

    private void Free(SphinxDecoder decoder)
    {
        decoder.Dispose();
        Interlocked.Decrement(ref _made);
    }
}

/// <summary>A decoder on loan. Disposed once; one that failed in the middle is not used again.</summary>
internal sealed class DecoderLease(DecoderPool pool, SphinxDecoder decoder, Guid owner) : IDisposable
{
    public SphinxDecoder Decoder => decoder;

    /// <summary>Set when the decoder threw.</summary>
    public bool Broken { get; set; }

    public void Dispose() => pool.Return(decoder, owner, !Broken);
}
