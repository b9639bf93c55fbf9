using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;
using Switchboard.Commands;
using Switchboard.Events;

namespace Switchboard.Orgs;

/// <summary>What a key is good for.</summary>
[GenerateSerializer, Alias("switchboard.KeyKind")]
public enum KeyKind
{
    /// <summary>Names the organisation (<c>DD-API-KEY</c>).</summary>
    Api = 0,

    /// <summary>Names the user and limits the scopes (<c>DD-APPLICATION-KEY</c>).</summary>
    Application = 1,

    /// <summary>Names both, alone (<c>Authorization: Bearer</c>): short-lived, for named permissions.</summary>
    PersonalToken = 2,
}

/// <summary>The state of an API key or an application key. The key itself is shown once, on creation, and stored only as a hash.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.KeySnapshot")]
public sealed record KeySnapshot
{
    /// <summary>The organisation.</summary>
    [Id(0)] public required Guid OrgId { get; init; }

    /// <summary>The id by which the key is managed.</summary>
    [Id(1)] public required Guid Id { get; init; }

    /// <summary>How many events it has.</summary>
    [Id(2)] public required long Version { get; init; }

    /// <summary>Which kind.</summary>
    [Id(3)] public required KeyKind Kind { get; init; }

    /// <summary>SHA-256 of the key's text, lower-case hex.</summary>
    [Id(4)] public required string Hash { get; init; }

    /// <summary>The first characters, to recognise it by.</summary>
    [Id(5)] public required string Prefix { get; init; }

    /// <summary>The last four characters.</summary>
    [Id(6)] public required string Last4 { get; init; }

    /// <summary>What its owner calls it.</summary>
    [Id(7)] public required string Name { get; init; }

    /// <summary>The user an application key or a token acts for; null for API keys.</summary>
    [Id(8)] public Guid? UserId { get; init; }

    /// <summary>
    /// Of an application key: permissions it is limited to, empty for all of the user's; a token always names some. Of an API key: what it
    /// may do in the speech API, see <see cref="SpeechScopes"/>.
    /// </summary>
    [Id(9)] public ImmutableArray<string> Scopes { get; init; } = [];

    /// <summary>From when on it is refused, or null.</summary>
    [Id(10)] public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>True while it is switched off.</summary>
    [Id(11)] public bool Disabled { get; init; }

    /// <summary>When it was revoked for good, or null.</summary>
    [Id(12)] public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When it was created.</summary>
    [Id(13)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Requests a second that the key is limited to, or null for the organisation's limit.</summary>
    [Id(14)] public int? RequestsPerSecond { get; init; }

    /// <summary>Labels, under which usage is reported.</summary>
    [Id(15)] public ImmutableArray<string> Tags { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>When its name or scopes were last changed, or null.</summary>
    [Id(16)] public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>Whether a request with this key may be let in at that moment.</summary>
    public bool IsUsable(DateTimeOffset now) => !Disabled && RevokedAt is null && (ExpiresAt is null || now < ExpiresAt);
}

/// <summary>A change that somebody asks a key for.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.KeyCommand")]
public abstract record KeyCommand;

/// <summary>Creates the key. Its text never reaches a grain: the caller makes it and sends the hash.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.CreateKey")]
public sealed record CreateKey(
    [property: Id(0)] Guid KeyId,
    [property: Id(1)] KeyKind Kind,
    [property: Id(2)] string Prefix,
    [property: Id(3)] string Last4,
    [property: Id(4)] string Name,
    [property: Id(5)] Guid? UserId,
    [property: Id(6)] ImmutableArray<string> Scopes,
    [property: Id(7)] DateTimeOffset? ExpiresAt,
    [property: Id(8)] int? RequestsPerSecond = null,
    [property: Id(9)] ImmutableArray<string> Tags = default) : KeyCommand;

/// <summary>Switches the key off, or on again.</summary>
/// <param name="Disabled">True to switch off.</param>
[GenerateSerializer, Immutable, Alias("switchboard.DisableKey")]
public sealed record DisableKey([property: Id(0)] bool Disabled) : KeyCommand;

/// <summary>Gives a token another name or other permissions.</summary>
/// <param name="Name">The name, or null to leave it.</param>
/// <param name="Scopes">The permissions, or the default value to leave them.</param>
[GenerateSerializer, Immutable, Alias("switchboard.ChangeKey")]
public sealed record ChangeKey([property: Id(0)] string? Name, [property: Id(1)] ImmutableArray<string> Scopes) : KeyCommand;

/// <summary>Revokes the key for good.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.RevokeKey")]
public sealed record RevokeKey : KeyCommand;

/// <summary>A fact about a key.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.KeyEvent")]
public abstract record KeyEvent : DomainEvent;

/// <summary>The key was created. Neither the key nor its hash is part of the event.</summary>
[EventType("key.created"), GenerateSerializer, Immutable, Alias("switchboard.KeyCreated")]
public sealed record KeyCreated(
    [property: Id(0)] KeyKind Kind,
    [property: Id(1)] string Prefix,
    [property: Id(2)] string Last4,
    [property: Id(3)] string Name,
    [property: Id(4)] Guid? UserId,
    [property: Id(5)] ImmutableArray<string> Scopes,
    [property: Id(6)] DateTimeOffset? ExpiresAt,
    [property: Id(7)] int? RequestsPerSecond) : KeyEvent;

/// <summary>The key got labels.</summary>
[EventType("key.tagged"), GenerateSerializer, Immutable, Alias("switchboard.KeyTagged")]
public sealed record KeyTagged([property: Id(0)] ImmutableArray<string> Tags) : KeyEvent;

/// <summary>The token got another name or other permissions; what did not change is the same on both sides.</summary>
/// <param name="FromName">The name before.</param>
/// <param name="ToName">The name now.</param>
/// <param name="FromScopes">The permissions before.</param>
/// <param name="ToScopes">The permissions now.</param>
[EventType("key.changed"), GenerateSerializer, Immutable, Alias("switchboard.KeyChanged")]
public sealed record KeyChanged(
    [property: Id(0)] string FromName,
    [property: Id(1)] string ToName,
    [property: Id(2)] ImmutableArray<string> FromScopes,
    [property: Id(3)] ImmutableArray<string> ToScopes) : KeyEvent;

/// <summary>The key was switched off or on.</summary>
[EventType("key.disabled_changed"), GenerateSerializer, Immutable, Alias("switchboard.KeyDisabledChanged")]
public sealed record KeyDisabledChanged([property: Id(0)] bool From, [property: Id(1)] bool To) : KeyEvent;

/// <summary>The key was revoked.</summary>
[EventType("key.revoked"), GenerateSerializer, Immutable, Alias("switchboard.KeyRevoked")]
public sealed record KeyRevoked : KeyEvent;

/// <summary>One key; the grain's key is the SHA-256 of the key's text, lower-case hex. An unknown hash leaves no activation behind.</summary>
[Alias("switchboard.IKeyGrain")]
public interface IKeyGrain : IGrainWithStringKey
{
    /// <summary>The key, or null when no key has this hash.</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<KeySnapshot?> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>Applies a command. <see cref="CommandContext.OrgId"/> must be the key's organisation, else it is not found.</summary>
    [Alias("Execute")]
    ValueTask<Outcome<KeySnapshot>> ExecuteAsync(KeyCommand command, CommandContext context, CancellationToken cancellationToken = default);
}
