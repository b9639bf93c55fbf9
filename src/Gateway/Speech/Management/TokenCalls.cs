using System.Globalization;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Speech.Access;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Speech.Management;

/// <summary>Short-lived tokens, and what a key is.</summary>
internal sealed class TokenCalls(SpeechTokens tokens, IAggregateRows<KeySnapshot> rows)
{
    private const int DefaultSeconds = 30;

    public async ValueTask GrantAsync(SpeechCall call)
    {
        using var body = await call.ReadAsync();
        if (body is null)
        {
            return;
        }

        if (!SpeechScopes.Grants(call.Caller.Scopes, SpeechScopes.Member))
        {
            await call.RefuseAsync(SpeechError.Forbidden);
            return;
        }

        var seconds = body.RootElement.Number("ttl_seconds") ?? DefaultSeconds;
        if (!(seconds >= 1 && seconds <= SpeechTokens.LongestLife.TotalSeconds))
        {
            await call.RefuseAsync(SpeechCall.Bad(string.Create(
                CultureInfo.InvariantCulture, $"ttl_seconds must be a number from 1 to {SpeechTokens.LongestLife.TotalSeconds}")));
            return;
        }

        var token = await tokens.IssueAsync(call.OrgId, call.Caller.KeyId, TimeSpan.FromSeconds(seconds), call.Aborted);
        await call.SendAsync(json =>
        {
            json.WriteString("access_token"u8, token);
            json.WriteNumber("expires_in"u8, seconds);
        });
    }

    public async ValueTask DescribeAsync(SpeechCall call)
    {
        if (await rows.LoadAsync(call.OrgId, call.Caller.KeyId, call.Aborted) is not { } key)
        {
            await call.RefuseAsync(SpeechError.InvalidAuth);
            return;
        }

        await call.SendAsync(json =>
        {
            json.WriteString("api_key_id"u8, key.Id);
            json.WriteTexts("scopes", call.Caller.Scopes);
            json.WriteTime("created"u8, key.CreatedAt);
            if (key.ExpiresAt is { } expiry)
            {
                json.WriteTime("expires"u8, expiry);
            }
            else
            {
                json.WriteNull("expires"u8);
            }
        });
    }
}
