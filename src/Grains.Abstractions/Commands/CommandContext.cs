using Orleans;

namespace Switchboard.Commands;

/// <summary>Who asks for a command, and how a repetition of the same request is recognised.</summary>
/// <param name="OrgId">The organisation on whose behalf the command runs; every row it touches carries this id.</param>
/// <param name="Actor">The person or machine that asks.</param>
/// <param name="CorrelationId">The request id of the outermost request; stored with every event.</param>
/// <param name="Idempotency">The client's idempotency key, or null when a repetition is a new command.</param>
/// <param name="ManagesProject">
/// True when the door has found that the actor may manage the project of the case that the command is for; such an actor may
/// change other people's comments.
/// </param>
/// <param name="CausationId">The event or command that led to this one, or null when somebody asked for it; stored with every event.</param>
[GenerateSerializer, Immutable, Alias("switchboard.CommandContext")]
public sealed record CommandContext(
    [property: Id(0)] Guid OrgId,
    [property: Id(1)] Actor Actor,
    [property: Id(2)] string CorrelationId,
    [property: Id(3)] IdempotencyKey? Idempotency = null,
    [property: Id(4)] bool ManagesProject = false,
    [property: Id(5)] string? CausationId = null);

/// <summary>A client's promise that two requests with the same key are one request.</summary>
/// <param name="Key">Scope and key as one text, unique within the organisation: method, path and the client's header value.</param>
/// <param name="RequestHash">SHA-256 of the request body, lower-case hex; another body under the same key is refused.</param>
[GenerateSerializer, Immutable, Alias("switchboard.IdempotencyKey")]
public sealed record IdempotencyKey(
    [property: Id(0)] string Key,
    [property: Id(1)] string RequestHash);

/// <summary>Who did something.</summary>
/// <param name="Kind">What sort of actor.</param>
/// <param name="Id">The user's id, the key's id, or <see cref="Guid.Empty"/> for the system.</param>
[GenerateSerializer, Immutable, Alias("switchboard.Actor")]
public sealed record Actor(
    [property: Id(0)] ActorKind Kind,
    [property: Id(1)] Guid Id)
{
    /// <summary>Switchboard itself: bootstrap, scheduled work, repairs.</summary>
    public static Actor System { get; } = new(ActorKind.System, Guid.Empty);

    /// <summary>A person.</summary>
    public static Actor User(Guid userId) => new(ActorKind.User, userId);
}

/// <summary>What sort of actor did something.</summary>
[GenerateSerializer, Alias("switchboard.ActorKind")]
public enum ActorKind
{
    /// <summary>Switchboard itself.</summary>
    System = 0,

    /// <summary>A person.</summary>
    User = 1,

    /// <summary>A program that holds an API key without an application key.</summary>
    ApiKey = 2,

    /// <summary>An automation rule.</summary>
    Rule = 3,

    /// <summary>A connected outside system.</summary>
    Integration = 4,
}
