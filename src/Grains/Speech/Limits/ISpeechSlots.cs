using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Grains.Speech.Limits;

/// <summary>What is counted.</summary>
public enum SpeechSlotKind
{
    /// <summary>Live sessions at the same time.</summary>
    Live = 0,

    /// <summary>Files at the same time.</summary>
    File = 1,
}

/// <summary>
/// Admission by an organisation's limits: requests per second, sessions or files at the same time, seconds in the month. All are
/// checked before any is spent, and exactly as many as the limit says are admitted, also when many processes ask at once. Held slots
/// are quantities with a lease: what a process held that died is free again when its lease ends. Safe for many threads.
/// </summary>
public interface ISpeechSlots
{
    /// <summary>Takes a slot for a session, or says which limit stands against it. The same session asked twice holds one slot.</summary>
    ValueTask<SlotGrant> AcquireAsync(SpeechCaller caller, SpeechSlotKind kind, Guid sessionId, CancellationToken cancellationToken);
}

/// <summary>The outcome of asking for a slot.</summary>
public sealed record SlotGrant
{
    /// <summary>The slot, to be disposed at the session's end; null when refused.</summary>
    public ISlot? Slot { get; init; }

    /// <summary>Why not; null when granted.</summary>
    public SpeechError? Refusal { get; init; }

    /// <summary>The limit of this kind, for the header <c>X-Concurrency-Limit</c>.</summary>
    public required int Limit { get; init; }

    /// <summary>How many more there could be now, for the header <c>X-Concurrency-Remaining</c>.</summary>
    public required int Remaining { get; init; }
}

/// <summary>A held slot. Renewed on its own until disposed.</summary>
public interface ISlot : IAsyncDisposable
{
    /// <summary>
    /// Cancelled when the slot could not be renewed and may have been given to somebody else, or the month's seconds are used up: the
    /// session must end.
    /// </summary>
    CancellationToken Lost { get; }
}
