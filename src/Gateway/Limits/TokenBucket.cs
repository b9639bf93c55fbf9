namespace Switchboard.Gateway.Limits;

/// <summary>
/// A token bucket: holds one second's worth of tokens and refills evenly. Not thread-safe: its <see cref="RequestBudget"/>'s
/// organisation is locked while tokens are looked at and taken.
/// </summary>
/// <param name="name">The limit's name in the answer's headers.</param>
/// <param name="tokensPerSecond">Refill rate and capacity.</param>
/// <param name="now">The present timestamp.</param>
internal sealed class TokenBucket(string name, int tokensPerSecond, long now)
{
    private double _tokens = tokensPerSecond;
    private long _refilledAt = now;

    public string Name => name;

    public int TokensPerSecond => tokensPerSecond;

    /// <summary>Whole tokens that are left.</summary>
    public int Remaining => (int)_tokens;

    /// <summary>When the bucket was last looked at.</summary>
    public long LastUsed => _refilledAt;

    public void Refill(long now, TimeProvider time)
    {
        var elapsed = time.GetElapsedTime(_refilledAt, now);
        if (elapsed > TimeSpan.Zero)
        {
            _tokens = Math.Min(tokensPerSecond, _tokens + (elapsed.TotalSeconds * tokensPerSecond));
            _refilledAt = now;
        }
    }

    public bool HasToken => _tokens >= 1;

    public void Take() => _tokens -= 1;

    /// <summary>Time until there is a token; zero when there is one.</summary>
    public TimeSpan UntilNextToken => HasToken ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / tokensPerSecond);
}
