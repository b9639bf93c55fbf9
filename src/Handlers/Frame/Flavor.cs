namespace Switchboard.Handlers;

/// <summary>A kind of handler: its name, and how it behaves when an event fails.</summary>
/// <param name="Name">
/// Lower case with dashes, never changed: the name of its stream provider, its streams' namespace, its consumer group and its rows.
/// </param>
public sealed record Flavor(string Name)
{
    /// <summary>What happens to a case's later events after one was parked.</summary>
    public ParkPolicy WhenParked { get; init; } = ParkPolicy.ParkEvent;

    /// <summary>The topic that its events have to themselves, where the transport has topics; null: its tenant's.</summary>
    public string? Topic { get; init; }

    /// <summary>How often a failing event is tried before it is parked.</summary>
    public int MostAttempts { get; init; } = 5;

    /// <summary>The pause before the second attempt; it doubles, with jitter, up to <see cref="LongestPause"/>.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause between two attempts. All attempts together must stay well below the engine's response time-out (30 s).</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>What happens to a case's later events after one was parked.</summary>
public enum ParkPolicy
{
    /// <summary>They go on; the parked one is out of order when it is replayed.</summary>
    ParkEvent = 0,

    /// <summary>They are parked behind it, so that a replay keeps the order.</summary>
    ParkCase = 1,
}
