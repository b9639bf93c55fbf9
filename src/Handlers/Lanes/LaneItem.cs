using Switchboard.Events;
using Switchboard.Grains.DeadLetters;

namespace Switchboard.Handlers.Lanes;

/// <summary>What a lane has found or done about an event.</summary>
internal enum Settlement
{
    /// <summary>It was not handled before.</summary>
    New = 0,

    /// <summary>Its effect and its mark are committed.</summary>
    Applied = 1,

    /// <summary>It was handled or parked before; nothing was done.</summary>
    Repeated = 2,

    /// <summary>An earlier event of its case is parked, and now it is parked too.</summary>
    Behind = 3,
}

/// <summary>An event on its way through a lane.</summary>
internal abstract class LaneItem(EventRecord record, long started)
{
    private readonly TaskCompletionSource<Settlement> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EventRecord Record { get; } = record;

    /// <summary>When it was put in, as the clock's time stamp.</summary>
    public long Started { get; } = started;

    public Task<Settlement> Settled => _settled.Task;

    public void Settle(Settlement settlement) => _settled.TrySetResult(settlement);

    public void Fail(Exception error) => _settled.TrySetException(error);
}

/// <summary>An event whose mark is looked for.</summary>
internal sealed class LookItem(EventRecord record, long started) : LaneItem(record, started);

/// <summary>An event whose effect is to be committed.</summary>
/// <param name="record">The event.</param>
/// <param name="started">Now.</param>
/// <param name="letter">The dead letter that is being replayed: its row takes the place of the mark.</param>
internal abstract class EffectItem(EventRecord record, long started, long? letter) : LaneItem(record, started)
{
    public long? Letter { get; } = letter;

    /// <summary>The letter to keep when the event has to wait behind another.</summary>
    public DeadLetter Behind(string flavor) => DeadLetter.About(
        Record, flavor, DeadLetterReason.BehindAnother, "An earlier event of this case is parked; this one waits behind it.", attempts: 0);
}
