using Microsoft.Extensions.Options;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Speech.Callbacks;
using Switchboard.Grains.Deliveries;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Management;

/// <summary>What a project's callbacks are signed with. The text of a new secret is shown once.</summary>
internal sealed class CallbackCalls(CallbackParts parts, IOptions<CallbackOptions> options, TimeProvider time)
{
    private static readonly SpeechError _notFound = SpeechCall.NotFound("The project has made no callback secret; its callbacks are not signed.");

    private static readonly SpeechError _noKey = SpeechCall.Bad(
        "This installation has no key to keep a secret with; whoever runs it must set Webhooks:SecretKey.");

    public async ValueTask GetAsync(SpeechCall call)
    {
        if (!parts.AreThere || await parts.Jobs.FindSecretAsync(call.OrgId, call.Aborted) is not { } secret)
        {
            await call.RefuseAsync(_notFound);
            return;
        }

        await call.SendAsync(json =>
        {
            json.WriteString("hint"u8, secret.Hint);
            json.WriteTime("created"u8, secret.MadeAt);
            if (secret.PreviousUntil is { } until && until > time.GetUtcNow())
            {
                json.WriteTime("previous_valid_until"u8, until);
            }
        });
    }

    public async ValueTask RotateAsync(SpeechCall call)
    {
        if (!parts.AreThere)
        {
            await call.RefuseAsync(_noKey);
            return;
        }

        var secret = DeliverySignature.NewSecret();
        var now = time.GetUtcNow();
        await parts.Jobs.SetSecretAsync(
            call.OrgId, parts.Box.Seal(call.OrgId, secret), secret[^4..], now, now + options.Value.RotationOverlap, call.Aborted);
        await call.SendAsync(json =>
        {
            json.WriteString("secret"u8, secret);
            json.WriteString("hint"u8, secret[^4..]);
            json.WriteTime("created"u8, now);
        });
    }
}
