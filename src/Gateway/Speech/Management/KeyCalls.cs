using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Orleans;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Speech.Management;

/// <summary>Keys of a project. The text of a new one is shown once and not kept.</summary>
internal sealed class KeyCalls(IGrainFactory grains, IKeyDirectory directory, IAggregateRows<KeySnapshot> rows, ProjectPeople people, TimeProvider time)
{
    private const string Prefix = "org_";
    private const int RandomBytes = 20;

    private static readonly SpeechError _notFound = SpeechCall.NotFound("Key not found.");

    public async ValueTask ListAsync(SpeechCall call)
    {
        var status = call.Text("status");
        if (status is not (null or "active" or "expired"))
        {
            await call.RefuseAsync(SpeechError.InvalidParameter($"status is '{Quoted.Cut(status)}'; it must be active or expired"));
            return;
        }

        var now = time.GetUtcNow();
        var keys = await directory.ListAsync(call.OrgId, call.Aborted);
        var holder = await people.HolderAsync(call.OrgId, call.Aborted);
        await call.SendAsync(json =>
        {
            json.WriteStartArray("api_keys"u8);
            foreach (var key in keys)
            {
                if (status is null || key.IsUsable(now) == (status == "active"))
                {
                    json.WriteStartObject();
                    WriteBoth(json, key, holder);
                    json.WriteEndObject();
                }
            }

            json.WriteEndArray();
        });
    }

    public async ValueTask GetAsync(SpeechCall call)
    {
        if (await FindAsync(call) is not { } key)
        {
            await call.RefuseAsync(_notFound);
            return;
        }

        var holder = await people.HolderAsync(call.OrgId, call.Aborted);
        await call.SendAsync(json =>
        {
            // The published shape has the key inside the member inside "item"; older clients look for both at the top.
            json.WriteStartObject("item"u8);
            json.WriteStartObject("member"u8);
            ProjectPeople.Write(json, holder);
            WriteKey(json, key);
            json.WriteEndObject();
            json.WriteEndObject();
            WriteBoth(json, key, holder);
        });
    }

    public async ValueTask CreateAsync(SpeechCall call)
    {
        using var body = await call.ReadAsync();
        if (body is null)
        {
            return;
        }

        var (wish, refusal) = Read(body.RootElement, call);
        if (wish is null)
        {
            await call.RefuseAsync(refusal!);
            return;
        }

        if (wish.Scopes.FirstOrDefault(scope => !SpeechScopes.Grants(call.Caller.Scopes, scope)) is { } beyond)
        {
            await call.RefuseAsync(SpeechError.Forbidden with { Message = $"A key cannot give a scope that it does not have itself: {beyond}." });
            return;
        }

        var text = Prefix + RandomNumberGenerator.GetHexString(RandomBytes * 2, lowercase: true);
        var id = Guid.CreateVersion7();
        var outcome = await GrainOf(text).ExecuteAsync(
            new CreateKey(id, KeyKind.Api, text[..8], text[^4..], wish.Comment, null, wish.Scopes, wish.ExpiresAt, Tags: wish.Tags), call.Command, call.Aborted);
        if (!outcome.Succeeded)
        {
            await call.RefuseAsync(outcome.Error);
            return;
        }

        await call.SendAsync(json =>
        {
            json.WriteString("api_key_id"u8, id);
            json.WriteString("key"u8, text);
            json.WriteString("comment"u8, outcome.Value.Name);
            json.WriteTexts("scopes", outcome.Value.Scopes);
            json.WriteTexts("tags", outcome.Value.Tags);
            json.WriteTime("created"u8, outcome.Value.CreatedAt);
            if (outcome.Value.ExpiresAt is { } expiry)
            {
                json.WriteTime("expiration_date"u8, expiry);
            }
        });
    }

    public async ValueTask RevokeAsync(SpeechCall call)
    {
        if (await FindAsync(call) is not { } key)
        {
            await call.RefuseAsync(_notFound);
            return;
        }

        var outcome = await grains.GetGrain<IKeyGrain>(key.Hash).ExecuteAsync(new RevokeKey(), call.Command, call.Aborted);
        await (outcome.Succeeded ? call.SayAsync("Successfully deleted the API key!") : call.RefuseAsync(outcome.Error));
    }

    private async ValueTask<KeySnapshot?> FindAsync(SpeechCall call) =>
        call.Id("key_id") is { } id && await rows.LoadAsync(call.OrgId, id, call.Aborted) is { Kind: KeyKind.Api, RevokedAt: null } key ? key : null;

    private IKeyGrain GrainOf(string text) => KeyHash.TryOf(text, out var hash)
        ? grains.GetGrain<IKeyGrain>(hash.ToString())
        : throw new InvalidOperationException("A key that was made here cannot be hashed.");

    /// <summary>What is asked for; clients of version 3 and 4 send it in the query as well, where it counts for what the body lacks.</summary>
    private (KeyWish? Wish, SpeechError? Refusal) Read(JsonElement body, SpeechCall call)
    {
        if (body.Texts("scopes") is not { } scopes || body.Texts("tags") is not { } tags)
        {
            return (null, SpeechCall.Bad("scopes and tags must be lists of texts"));
        }

        scopes = scopes.IsEmpty ? [.. call.Query["scopes"].OfType<string>()] : scopes;
        tags = tags.IsEmpty ? [.. call.Query["tags"].OfType<string>()] : tags;
        if ((body.Text("comment") ?? call.Text("comment")) is not { Length: > 0 } comment)
        {
            return (null, SpeechCall.Bad("comment is missing: say what the key is for"));
        }

        if (scopes.IsEmpty || scopes.FirstOrDefault(static scope => !SpeechScopes.All.Contains(scope)) is not null)
        {
            return (null, SpeechCall.Bad($"scopes must name at least one of {string.Join(", ", SpeechScopes.All.Order(StringComparer.Ordinal))}"));
        }

        var date = body.Text("expiration_date") ?? (body.TryGetProperty("expiration_date", out _) ? null : call.Text("expiration_date"));
        var life = body.Number("time_to_live_in_seconds")
            ?? (double.TryParse(call.Text("time_to_live_in_seconds"), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? seconds : null);
        if (date is not null && life is not null)
        {
            return (null, SpeechCall.Bad("send expiration_date or time_to_live_in_seconds, not both"));
        }

        var expiry = (DateTimeOffset?)null;
        if (date is not null)
        {
            if (!DateTimeOffset.TryParse(date, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
            {
                return (null, SpeechCall.Bad("expiration_date is no time; write it as 2027-01-31T00:00:00Z"));
            }

            expiry = at;
        }
        else if (life is { } given)
        {
            if (given is not (>= 1 and <= 3_153_600_000))
            {
                return (null, SpeechCall.Bad("time_to_live_in_seconds must be a number from 1 to 3153600000"));
            }

            expiry = time.GetUtcNow().AddSeconds(given);
        }

        return (new KeyWish(comment, scopes, tags, expiry), null);
    }

    private static void WriteBoth(Utf8JsonWriter json, KeySnapshot key, UserSnapshot? holder)
    {
        json.WriteStartObject("member"u8);
        ProjectPeople.Write(json, holder);
        json.WriteEndObject();
        WriteKey(json, key);
    }

    private static void WriteKey(Utf8JsonWriter json, KeySnapshot key)
    {
        json.WriteStartObject("api_key"u8);
        json.WriteString("api_key_id"u8, key.Id);
        json.WriteString("comment"u8, key.Name);
        json.WriteTexts("scopes", key.Scopes.IsDefaultOrEmpty ? [SpeechScopes.Member] : key.Scopes);
        json.WriteTexts("tags", key.Tags);
        json.WriteTime("created"u8, key.CreatedAt);
        if (key.ExpiresAt is { } expiry)
        {
            json.WriteTime("expiration_date"u8, expiry);
        }

        json.WriteEndObject();
    }

    private sealed record KeyWish(string Comment, ImmutableArray<string> Scopes, ImmutableArray<string> Tags, DateTimeOffset? ExpiresAt);
}
