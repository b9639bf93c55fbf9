using Orleans;
using Switchboard.Cases;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Cases;
using Switchboard.Grains.Intake;
using Switchboard.Orgs;
using Switchboard.Projects;

namespace Switchboard.Gateway.Intake;

/// <summary>Creates, shows, changes and deletes the senders of alerts, and gives them new keys.</summary>
internal sealed class IntegrationOperations(IIntegrations integrations, IGrainFactory grains, ICaseTypeDirectory types, ProjectGate gate) : IApiOperations
{
    private const string Path = $"{IntakeOperations.Path}/integrations";

    private static readonly UuidParameter _id = new("integration_id", Parameter.InPath) { Required = true, Description = "The integration's UUID." };

    private static readonly AccessRule _access = AccessRule.Needs(Permissions.CasesSharedSettingsWrite);

    private static readonly ApiError _notFound = ApiError.NotFound("integration not found");

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ListIntakeIntegrations",
            Method = "GET",
            Path = Path,
            Tag = IntakeOperations.Tag,
            Summary = "List integrations",
            Access = _access,
            Response = IntegrationShapes.Many,
            Handle = ListAsync,
        },
        new()
        {
            Id = "CreateIntakeIntegration",
            Method = "POST",
            Path = Path,
            Tag = IntakeOperations.Tag,
            Summary = "Create an integration",
            Description = "The answer shows the key, this once.",
            Access = _access,
            Body = IntegrationShapes.Create,
            Success = 201,
            Response = IntegrationShapes.One,
            Handle = CreateAsync,
        },
        new()
        {
            Id = "GetIntakeIntegration",
            Method = "GET",
            Path = $"{Path}/{{integration_id}}",
            Tag = IntakeOperations.Tag,
            Summary = "Get an integration",
            Access = _access,
            Parameters = [_id],
            Response = IntegrationShapes.One,
            Handle = GetAsync,
        },
        new()
        {
            Id = "UpdateIntakeIntegration",
            Method = "PATCH",
            Path = $"{Path}/{{integration_id}}",
            Tag = IntakeOperations.Tag,
            Summary = "Change an integration",
            Description = "Mapping and routes are replaced whole.",
            Access = _access,
            Parameters = [_id],
            Body = IntegrationShapes.Update,
            Response = IntegrationShapes.One,
            Handle = UpdateAsync,
        },
        new()
        {
            Id = "DeleteIntakeIntegration",
            Method = "DELETE",
            Path = $"{Path}/{{integration_id}}",
            Tag = IntakeOperations.Tag,
            Summary = "Delete an integration",
            Description = "Its key is refused from then on; its cases stay.",
            Access = _access,
            Parameters = [_id],
            Success = 204,
            Handle = DeleteAsync,
        },
        new()
        {
            Id = "RotateIntakeIntegrationKey",
            Method = "POST",
            Path = $"{Path}/{{integration_id}}/key",
            Tag = IntakeOperations.Tag,
            Summary = "Give an integration a new key",
            Description = "Both keys are taken for a day; the answer shows the new one, this once.",
            Access = _access,
            Parameters = [_id],
            Response = IntegrationShapes.One,
            Handle = RotateAsync,
        },
    ];

    private async ValueTask ListAsync(ApiRequest request) =>
        await request.SendAsync(await integrations.ListAsync(request.OrgId, request.Aborted), IntegrationJson.WriteList);

    private async ValueTask CreateAsync(ApiRequest request)
    {
        var body = request.Body;
        var start = new IntegrationRules { ProjectId = body.Get(IntegrationShapes.NewProjectId)!.Value, TypeId = CaseTypes.EventManagement.Id };
        var rules = IntegrationShapes.ReadRules(body, start);
        if ((rules.Refusal ?? await CheckPlacesAsync(request, rules.Value!)) is { } refusal)
        {
            await request.RefuseAsync(refusal);
            return;
        }

        // Not ended by a client that goes away: the key would be lost with half a change.
        var outcome = await integrations.CreateAsync(
            request.OrgId,
            request.NewId(),
            request.Principal.UserId,
            body.Get(IntegrationShapes.Kind)!.Value,
            new IntegrationSettings(
                body.Get(IntegrationShapes.NewName), body.Get(IntegrationShapes.Enabled), body.Get(IntegrationShapes.RequestsPerSecond),
                body.Get(IntegrationShapes.HeartbeatSeconds), rules.Value),
            CancellationToken.None);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        request.NoteReplay(outcome.Value.Key is null);
        await request.SendAsync(outcome.Value, IntegrationJson.WriteDocument);
    }

    private async ValueTask GetAsync(ApiRequest request)
    {
        var found = await integrations.FindAsync(request.OrgId, request.Get(_id), request.Aborted);
        await (found is null ? request.RefuseAsync(_notFound) : request.SendAsync(new IntegrationWithKey(found, null), IntegrationJson.WriteDocument));
    }

    private async ValueTask UpdateAsync(ApiRequest request)
    {
        var body = request.Body;
        if (await integrations.FindAsync(request.OrgId, request.Get(_id), request.Aborted) is not { } found)
        {
            await request.RefuseAsync(_notFound);
            return;
        }

        var rules = IntegrationShapes.ReadRules(body, found.Rules);
        if ((rules.Refusal ?? await CheckPlacesAsync(request, rules.Value!)) is { } refusal)
        {
            await request.RefuseAsync(refusal);
            return;
        }

        var outcome = await integrations.UpdateAsync(
            request.OrgId,
            found.Id,
            new IntegrationSettings(
                body.Get(IntegrationShapes.Name), body.Get(IntegrationShapes.Enabled), body.Get(IntegrationShapes.RequestsPerSecond),
                body.Get(IntegrationShapes.HeartbeatSeconds), rules.Value),
            CancellationToken.None);
        await (outcome.Succeeded
            ? request.SendAsync(new IntegrationWithKey(outcome.Value, null), IntegrationJson.WriteDocument)
            : request.RefuseAsync(outcome.Error));
    }

    private async ValueTask DeleteAsync(ApiRequest request) =>
        await (await integrations.DeleteAsync(request.OrgId, request.Get(_id), CancellationToken.None) ? request.DoneAsync() : request.RefuseAsync(_notFound));

    private async ValueTask RotateAsync(ApiRequest request)
    {
        var outcome = await integrations.RotateKeyAsync(request.OrgId, request.Get(_id), request.NewId(), CancellationToken.None);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        request.NoteReplay(outcome.Value.Key is null);
        await request.SendAsync(outcome.Value, IntegrationJson.WriteDocument);
    }

    /// <summary>Cases are opened in the name of whoever sets this up: in projects that exist and that this user may write to.</summary>
    private async ValueTask<ApiError?> CheckPlacesAsync(ApiRequest request, IntegrationRules rules)
    {
        var projects = rules.Routes.Select(static route => route.ProjectId).OfType<Guid>().Append(rules.ProjectId).Distinct();
        foreach (var project in projects)
        {
            if (await gate.CheckProjectAsync(request, project, ProjectRelation.Contributor) is { } closed)
            {
                return closed;
            }

            if (await grains.GetGrain<IProjectGrain>(GrainKeys.Of(request.OrgId, project)).GetAsync() is null)
            {
                return ApiError.NotFound("project not found");
            }
        }

        var own = await types.ListAsync(request.OrgId, request.Aborted);
        var unknown = rules.Routes.Select(static route => route.TypeId).OfType<Guid>().Append(rules.TypeId)
            .Any(id => CaseTypes.Find(id) is null && !own.Any(type => type.Id == id && type.DeletedAt is null));
        return unknown ? ApiError.NotFound("case type not found") : null;
    }
}
