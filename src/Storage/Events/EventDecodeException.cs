using Switchboard.Grains.DeadLetters;

namespace Switchboard.Storage.Events;

/// <summary>A stored event cannot be read by this release. Trying again does not help; a newer release may read it.</summary>
/// <param name="reason">
/// <see cref="DeadLetterReason.UnknownType"/>, <see cref="DeadLetterReason.FutureSchema"/> or <see cref="DeadLetterReason.Undecodable"/>.
/// </param>
/// <param name="message">What cannot be read, and what to do.</param>
/// <param name="inner">The reader's own error, or null.</param>
public sealed class EventDecodeException(DeadLetterReason reason, string message, Exception? inner = null) : InvalidOperationException(message, inner)
{
    /// <summary>Why.</summary>
    public DeadLetterReason Reason { get; } = reason;
}
