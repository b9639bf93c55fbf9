using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Webhooks;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Webhooks;

/// <summary>Creates, shows, changes and deletes webhooks, and gives them new secrets.</summary>
internal sealed class WebhookOperations(IWebhooks webhooks) : IApiOperations
{
    public const string Tag = "Webhooks";
    public const string Path = "/api/v2/integrations/webhooks";

    public static UuidParameter WebhookId { get; } = new("webhook_id", Parameter.InPath) { Required = true, Description = "The webhook's UUID." };

    // Reading tells addresses, which often hold a token: it takes the same permission as changing.
    public static AccessRule Access { get; } = AccessRule.Needs(Permissions.CasesSharedSettingsWrite);

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ListWebhooks",
            Method = "GET",
            Path = Path,
            Tag = Tag,
            Summary = "List webhooks",
            Access = Access,
            Response = WebhookSchemas.Many,
            Handle = ListAsync,
        },
        new()
        {
            Id = "CreateWebhook",
            Method = "POST",
            Path = Path,
            Tag = Tag,
            Summary = "Create a webhook",
            Description = "The answer shows the secret, this once.",
            Access = Access,
            Body = WebhookShapes.Create,
            Success = 201,
            Response = WebhookSchemas.One,
            Handle = CreateAsync,
        },
        new()
        {
            Id = "GetWebhook",
            Method = "GET",
            Path = $"{Path}/{{webhook_id}}",
            Tag = Tag,
            Summary = "Get a webhook",
            Access = Access,
            Parameters = [WebhookId],
            Response = WebhookSchemas.One,
            Handle = GetAsync,
        },
        new()
        {
            Id = "UpdateWebhook",
            Method = "PATCH",
            Path = $"{Path}/{{webhook_id}}",
            Tag = Tag,
            Summary = "Change a webhook",
            Description = "Switching it on lets due deliveries go on and forgets why it was switched off.",
            Access = Access,
            Parameters = [WebhookId],
            Body = WebhookShapes.Update,
            Response = WebhookSchemas.One,
            Handle = UpdateAsync,
        },
        new()
        {
            Id = "DeleteWebhook",
            Method = "DELETE",
            Path = $"{Path}/{{webhook_id}}",
            Tag = Tag,
            Summary = "Delete a webhook and its deliveries",
            Access = Access,
            Parameters = [WebhookId],
            Success = 204,
            Handle = DeleteAsync,
        },
        new()
        {
            Id = "RotateWebhookSecret",
            Method = "POST",
            Path = $"{Path}/{{webhook_id}}/secret",
            Tag = Tag,
            Summary = "Give a webhook a new secret",
            Description = "Deliveries are signed with both secrets for a day; the answer shows the new one, this once.",
            Access = Access,
            Parameters = [WebhookId],
            Response = WebhookSchemas.One,
            Handle = RotateAsync,
        },
    ];

    private async ValueTask ListAsync(ApiRequest request) =>
        await request.SendAsync(await webhooks.ListAsync(request.OrgId, request.Aborted), WebhookJson.WriteList);

    private async ValueTask CreateAsync(ApiRequest request)
    {
        var body = request.Body;
        var projects = WebhookShapes.ProjectsOf(body, out var malformed);
        if (malformed is not null)
        {
            await request.RefuseAsync(NoProject(malformed));
            return;
        }

        // Not ended by a client that goes away: the secret would be lost with half a change.
        var outcome = await webhooks.CreateAsync(
            request.OrgId,
            request.NewId(),
            request.Principal.UserId,
            new WebhookSettings(
                body.Get(WebhookShapes.NewName), body.Get(WebhookShapes.NewUrl), body.Get(WebhookShapes.EventTypes), projects,
                body.Get(WebhookShapes.Enabled)),
            CancellationToken.None);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        request.NoteReplay(outcome.Value.Secret is null);
        await request.SendAsync(outcome.Value, WebhookJson.WriteDocument);
    }

    private async ValueTask GetAsync(ApiRequest request)
    {
        var webhook = await webhooks.FindAsync(request.OrgId, request.Get(WebhookId), request.Aborted);
        await (webhook is null
            ? request.RefuseAsync(NotFound)
            : request.SendAsync(new WebhookWithSecret(webhook, null), WebhookJson.WriteDocument));
    }

    private async ValueTask UpdateAsync(ApiRequest request)
    {
        var body = request.Body;
        var projects = WebhookShapes.ProjectsOf(body, out var malformed);
        if (malformed is not null)
        {
            await request.RefuseAsync(NoProject(malformed));
            return;
        }

        var outcome = await webhooks.UpdateAsync(
            request.OrgId,
            request.Get(WebhookId),
            new WebhookSettings(
                body.Get(WebhookShapes.Name), body.Get(WebhookShapes.Url), body.Get(WebhookShapes.EventTypes), projects,
                body.Get(WebhookShapes.Enabled))
            {
                ChangedBy = request.Principal.UserId,
            },
            CancellationToken.None);
        await (outcome.Succeeded
            ? request.SendAsync(new WebhookWithSecret(outcome.Value, null), WebhookJson.WriteDocument)
            : request.RefuseAsync(outcome.Error));
    }

    private async ValueTask DeleteAsync(ApiRequest request) =>
        await (await webhooks.DeleteAsync(request.OrgId, request.Get(WebhookId), CancellationToken.None)
            ? request.DoneAsync()
            : request.RefuseAsync(NotFound));

    private async ValueTask RotateAsync(ApiRequest request)
    {
        var outcome = await webhooks.RotateSecretAsync(request.OrgId, request.Get(WebhookId), request.NewId(), CancellationToken.None);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        request.NoteReplay(outcome.Value.Secret is null);
        await request.SendAsync(outcome.Value, WebhookJson.WriteDocument);
    }

    public static ApiError NotFound { get; } = ApiError.NotFound("webhook not found");

    private static ApiError NoProject(string text) => ApiError.BadRequest($"project_ids: \"{Quoted.Cut(text)}\" is not a valid UUID");
}
