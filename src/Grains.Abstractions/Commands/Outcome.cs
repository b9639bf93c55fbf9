using System.Diagnostics.CodeAnalysis;
using Orleans;

namespace Switchboard.Commands;

/// <summary>
/// What a command came to: a value, or the reason why it was refused. A refusal is an expected answer and travels as a
/// value; exceptions are kept for faults (storage down, time-out), after which the outcome is unknown to the caller.
/// </summary>
/// <param name="Value">The view after the command; null when refused.</param>
/// <param name="Error">Why it was refused; null when it was done.</param>
/// <param name="Replayed">True when this is the stored answer of an earlier request with the same idempotency key.</param>
[GenerateSerializer, Immutable, Alias("switchboard.Outcome`1")]
public sealed record Outcome<T>(
    [property: Id(0)] T? Value,
    [property: Id(1)] DomainError? Error,
    [property: Id(2)] bool Replayed = false)
    where T : class
{
    /// <summary>Whether the command was done.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    /// <summary>The command was refused for this reason.</summary>
    public static implicit operator Outcome<T>(DomainError error) => new(null, error);

    /// <summary>The command was done; this is the view after it.</summary>
    public static implicit operator Outcome<T>(T value) => new(value, null);
}
