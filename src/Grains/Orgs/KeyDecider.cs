using System.Collections.Immutable;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Orgs;

namespace Switchboard.Grains.Orgs;

/// <summary>What the grain looked up before a command on a key is decided.</summary>
/// <param name="Now">The present.</param>
/// <param name="UserExists">Whether the user that an application key shall act for is one of the organisation's.</param>
internal readonly record struct KeyFacts(DateTimeOffset Now, bool UserExists = false);

/// <summary>Decides commands on a key.</summary>
internal static class KeyDecider
{
    private const int LongestPrefix = 16;

    private static readonly TimeSpan _longestLife = TimeSpan.FromDays(366);

    public static readonly DomainError NotFound = DomainError.NotFound("key not found");

    public static readonly DomainError Taken = DomainError.Conflict("this key exists already");

    /// <summary>What follows from a command.</summary>
    public static Decision<KeyEvent> Decide(KeySnapshot? state, KeyCommand command, in KeyFacts facts)
    {
        if (command is CreateKey create)
        {
            return CheckForm(create, facts.Now) is { } malformed ? malformed
                : state is not null ? Taken
                : create.UserId is null || facts.UserExists ? Create(create)
                : UserDecider.NotFound;
        }

        if (state is null)
        {
            return NotFound;
        }

        return command switch
        {
            DisableKey c when c.Disabled == state.Disabled => Decision<KeyEvent>.None,
            DisableKey when state.RevokedAt is { } at => DomainError.Conflict($"key {state.Id} was revoked at {at:O}; create a new one"),
            DisableKey c => new KeyDisabledChanged(state.Disabled, c.Disabled),
            ChangeKey c => Change(state, c),
            RevokeKey => state.RevokedAt is null ? new KeyRevoked() : Decision<KeyEvent>.None,
            _ => throw new ArgumentException($"{command.GetType().Name} has no arm in {nameof(KeyDecider)}.", nameof(command)),
        };
    }

    private static DomainError? CheckForm(CreateKey command, DateTimeOffset now) =>
        TextRules.Required("name", command.Name, Limits.Name)
        ?? TextRules.Required("prefix", command.Prefix, LongestPrefix)
        ?? TextRules.Required("last4", command.Last4, 4)
        ?? CheckKind(command)
        ?? CheckScopes(command.Kind, command.Scopes)
        ?? CheckLife(command, now)
        ?? CheckTags(command.Tags)
        ?? (command.ExpiresAt <= now ? DomainError.Invalid("expires_at is not in the future") : null)
        ?? (command.RequestsPerSecond <= 0 ? DomainError.Invalid("requests_per_second must be above 0") : null);

    private static DomainError? CheckKind(CreateKey command) => (command.Kind, command.UserId) switch
    {
        (KeyKind.Api, null) or (KeyKind.Application or KeyKind.PersonalToken, not null) => null,
        (KeyKind.Api, _) => DomainError.Invalid("an API key names an organisation, not a user"),
        (KeyKind.Application or KeyKind.PersonalToken, _) => DomainError.Invalid("an application key or a token needs the user that it acts for"),
        _ => DomainError.Invalid($"invalid kind of key {(int)command.Kind}"),
    };

    private static Decision<KeyEvent> Change(KeySnapshot state, ChangeKey command)
    {
        if (state.Kind != KeyKind.PersonalToken)
        {
            return DomainError.Invalid("only a token can be changed; create a new key");
        }

        if (state.RevokedAt is { } at)
        {
            return DomainError.Conflict($"token {state.Id} was revoked at {at:O}; create a new one");
        }

        var name = command.Name ?? state.Name;
        var scopes = command.Scopes.IsDefault ? state.Scopes : [.. command.Scopes.Distinct(StringComparer.Ordinal)];
        return (TextRules.Required("name", name, Limits.Name) ?? CheckScopes(state.Kind, scopes)) is { } malformed ? malformed
            : name == state.Name && scopes.SequenceEqual(state.Scopes) ? Decision<KeyEvent>.None
            : new KeyChanged(state.Name, name, state.Scopes, scopes);
    }

    /// <summary>A token says what it is for and until when; a key need not.</summary>
    private static DomainError? CheckLife(CreateKey command, DateTimeOffset now) => command.Kind != KeyKind.PersonalToken ? null
        : command.ExpiresAt is not { } expiry ? DomainError.Invalid("a token needs expires_at")
        : expiry > now + _longestLife ? DomainError.Invalid("expires_at is more than a year away")
        : null;

    private static DomainError? CheckScopes(KeyKind kind, ImmutableArray<string> scopes)
    {
        if (kind == KeyKind.PersonalToken && scopes.IsDefaultOrEmpty)
        {
            return DomainError.Invalid("a token needs at least one scope");
        }

        foreach (var scope in scopes.IsDefault ? [] : scopes)
        {
            if (!Permissions.All.Contains(scope) && !(kind == KeyKind.Api && SpeechScopes.All.Contains(scope)))
            {
                var known = kind == KeyKind.Api ? Permissions.All.Concat(SpeechScopes.All) : Permissions.All;
                return DomainError.Invalid($"unknown scope. Must be one of {string.Join(", ", known.Order(StringComparer.Ordinal))}");
            }
        }

        return null;
    }

    private static DomainError? CheckTags(ImmutableArray<string> tags)
    {
        if (tags.IsDefaultOrEmpty)
        {
            return null;
        }

        if (tags.Length > Limits.KeyTags)
        {
            return DomainError.Invalid($"a key may have at most {Limits.KeyTags} tags");
        }

        foreach (var tag in tags)
        {
            if (TextRules.Required("tag", tag, Limits.Name) is { } refused)
            {
                return refused;
            }
        }

        return null;
    }

    private static ImmutableArray<KeyEvent> Create(CreateKey command)
    {
        var created = Created(command);
        return command.Tags.IsDefaultOrEmpty ? [created] : [created, new KeyTagged([.. command.Tags.Distinct(StringComparer.Ordinal)])];
    }

    private static KeyCreated Created(CreateKey command) => new(
        command.Kind,
        command.Prefix,
        command.Last4,
        command.Name,
        command.UserId,
        command.Scopes.IsDefaultOrEmpty ? [] : [.. command.Scopes.Distinct(StringComparer.Ordinal)],
        command.ExpiresAt is { } expiry ? StoredTime.Of(expiry) : null,
        command.RequestsPerSecond);
}
