namespace Switchboard.Speech.Pools;

/// <summary>
/// A node of a pool: what it is doing and whether it is trusted. A node that failed several times in a row rests; then one stream may
/// try it, and its success ends the rest. Safe for many threads.
/// </summary>
internal sealed class EngineNode(NodeAddress address, IEngineKind kind, int capacity, string? healthPath, PoolOptions options, TimeProvider time)
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private int _inFlight;
    private int _failures;
    private long _restsUntil;
    private int _silences;
    private bool _isUnwell;

    public NodeAddress Address => address;

    public IEngineKind Kind => kind;

    public int Capacity => capacity;

    /// <summary>The configured path of its health, empty for none, or null for the kind's own.</summary>
    public string? HealthPath => healthPath;

    public int InFlight
    {
        get
        {
            lock (_gate)
            {
                return _inFlight;
            }
        }
    }

    /// <summary>Whether new work would be given to it.</summary>
    public bool IsUsable
    {
        get
        {
            lock (_gate)
            {
                return !_isUnwell && !IsResting;
            }
        }
    }

    /// <summary>Whether it has not said a word about its health for long: what it has been given will hardly be answered.</summary>
    public bool IsGone
    {
        get
        {
            lock (_gate)
            {
                return _silences >= options.FailuresToRest;
            }
        }
    }

    /// <summary>How full it would be with one more, from 0 to 1; null when it takes none.</summary>
    public double? LoadWithOneMore
    {
        get
        {
            lock (_gate)
            {
                return _isUnwell || IsResting || _inFlight >= capacity ? null : (_inFlight + 1d) / capacity;
            }
        }
    }

    private bool IsResting => _failures >= options.FailuresToRest && time.GetTimestamp() < _restsUntil;

    /// <summary>Takes a place; false when there is none any more.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_isUnwell || IsResting || _inFlight >= capacity)
            {
                return false;
            }

            if (_failures >= options.FailuresToRest)
            {
                // One tries; the others wait for what it finds.
                _restsUntil = time.GetTimestamp() + Ticks(options.Rest);
            }

            _inFlight++;
            return true;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _inFlight--;
        }
    }

    public void Succeeded()
    {
        lock (_gate)
        {
            _failures = 0;
        }
    }

    public void Failed()
    {
        lock (_gate)
        {
            _failures++;
            var doublings = Math.Clamp(_failures - options.FailuresToRest, 0, 10);
            var rest = options.Rest * Math.Pow(2, doublings);
            _restsUntil = time.GetTimestamp() + Ticks(rest < LongestRest ? rest : LongestRest);
        }
    }

    /// <summary>Takes in what a look at its health found; true when that is news.</summary>
    /// <param name="well">Whether it takes new work.</param>
    /// <param name="answered">Whether it said anything at all.</param>
    public bool IsWell(bool well, bool answered)
    {
        lock (_gate)
        {
            _silences = answered ? 0 : _silences + 1;
            var changed = _isUnwell == well;
            _isUnwell = !well;
            if (changed && well)
            {
                _failures = 0;
            }

            return changed;
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
