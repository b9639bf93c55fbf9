using Orleans;

namespace Switchboard.Commands;

/// <summary>Why a command or a query was refused, in words for the caller. Carries no secret and nothing of another organisation.</summary>
/// <param name="Kind">The family; a door (REST, gRPC) chooses its status code by it.</param>
/// <param name="Title">What happened, e.g. <c>case not found</c>.</param>
/// <param name="Detail">Which value, and what to do; null when the title says it all.</param>
/// <param name="MetaKey">The name of the thing that was not found, where the caller named it by a key.</param>
[GenerateSerializer, Immutable, Alias("switchboard.DomainError")]
public sealed record DomainError(
    [property: Id(0)] ErrorKind Kind,
    [property: Id(1)] string Title,
    [property: Id(2)] string? Detail = null,
    [property: Id(3)] string? MetaKey = null)
{
    /// <summary>The thing does not exist for this organisation.</summary>
    public static DomainError NotFound(string title, string? metaKey = null) => new(ErrorKind.NotFound, title, null, metaKey);

    /// <summary>A value breaks a rule of the domain.</summary>
    public static DomainError Invalid(string detail) => new(ErrorKind.Invalid, "Generic Error", detail);

    /// <summary>The request's form is wrong: a required text is empty, an enumeration has no such member.</summary>
    public static DomainError Malformed(string? detail = null) => new(ErrorKind.Malformed, "Bad Request", detail);

    /// <summary>The command contradicts the present state (a key that is taken).</summary>
    public static DomainError Conflict(string detail) => new(ErrorKind.Conflict, "Conflict", detail);

    /// <summary>The actor may not do this.</summary>
    public static DomainError Forbidden(string detail) => new(ErrorKind.Forbidden, "Forbidden", detail);
}

/// <summary>The family of a <see cref="DomainError"/>.</summary>
[GenerateSerializer, Alias("switchboard.ErrorKind")]
public enum ErrorKind
{
    /// <summary>404: no such thing for this organisation.</summary>
    NotFound = 0,

    /// <summary>400: a value breaks a rule.</summary>
    Invalid = 1,

    /// <summary>400: the request's form is wrong.</summary>
    Malformed = 2,

    /// <summary>409: contradicts the present state.</summary>
    Conflict = 3,

    /// <summary>403: not allowed.</summary>
    Forbidden = 4,

    /// <summary>422: the idempotency key was used with another body.</summary>
    IdempotencyMismatch = 5,
}
