using Orleans;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Cases;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Projects;
using Switchboard.Grains.Templates;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Templates;

namespace Switchboard.Gateway.Templates;

/// <summary>What new cases of a project can be opened with. Ours: the public contract has no templates.</summary>
internal sealed class TemplateOperations(IGrainFactory grains, ITemplateDirectory templates, CaseLookup cases) : IApiOperations
{
    private const string Tag = "Case Management";
    private const string Path = "/api/v2/cases/projects/{project_id}/templates";
    private const string OnePath = $"{Path}/{{template_id}}";

    private static readonly UuidParameter TemplateId = new("template_id", Parameter.InPath)
    {
        ErrorName = "TemplateID",
        Required = true,
        Description = "The template's UUID.",
    };

    private static readonly ApiError NotFound = ApiError.NotFound("case template not found");

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ListCaseTemplates",
            Method = "GET",
            Path = Path,
            Tag = Tag,
            Summary = "List the templates of a project",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [ProjectOperations.ProjectId],
            Response = TemplateShapes.TemplatesResponse,
            Handle = ListAsync,
        },
        new()
        {
            Id = "CreateCaseTemplate",
            Relation = ProjectRelation.Manager,
            Method = "POST",
            Path = Path,
            Tag = Tag,
            Summary = "Create a template",
            Description = "Whether type and custom attributes fit is checked when a case is opened with it.",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [ProjectOperations.ProjectId],
            Body = TemplateShapes.Content,
            Success = 201,
            Response = TemplateShapes.TemplateResponse,
            Handle = CreateAsync,
        },
        new()
        {
            Id = "GetCaseTemplate",
            Method = "GET",
            Path = OnePath,
            Tag = Tag,
            Summary = "Get a template",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [ProjectOperations.ProjectId, TemplateId],
            Response = TemplateShapes.TemplateResponse,
            Handle = GetAsync,
        },
        new()
        {
            Id = "ReplaceCaseTemplate",
            Relation = ProjectRelation.Manager,
            Method = "PUT",
            Path = OnePath,
            Tag = Tag,
            Summary = "Replace a template",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [ProjectOperations.ProjectId, TemplateId],
            Body = TemplateShapes.Content,
            Response = TemplateShapes.TemplateResponse,
            Handle = ReplaceAsync,
        },
        new()
        {
            Id = "DeleteCaseTemplate",
            Relation = ProjectRelation.Manager,
            Method = "DELETE",
            Path = OnePath,
            Tag = Tag,
            Summary = "Delete a template",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [ProjectOperations.ProjectId, TemplateId],
            Success = 204,
            Handle = DeleteAsync,
        },
        new()
        {
            Id = "CreateCaseFromTemplate",
            Method = "POST",
            Path = $"{OnePath}/cases",
            Tag = Tag,
            Summary = "Create a case from a template",
            Description = "What the body gives stands in the place of what the template says; of custom attributes, key by key.",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [ProjectOperations.ProjectId, TemplateId],
            Body = TemplateShapes.Use,
            Success = 201,
            Response = CaseSchemas.CaseResponse,
            Handle = UseAsync,
        },
    ];

    private async ValueTask ListAsync(ApiRequest request)
    {
        var projectId = request.Get(ProjectOperations.ProjectId);
        if (await grains.GetGrain<IProjectGrain>(GrainKeys.Of(request.OrgId, projectId)).GetAsync() is null)
        {
            await request.RefuseAsync(ApiError.NotFound("project not found"));
            return;
        }

        await request.SendAsync(await templates.ListAsync(request.OrgId, projectId, request.Aborted), TemplateShapes.WriteList);
    }

    private ValueTask CreateAsync(ApiRequest request) =>
        SaveAsync(request, request.NewId(), content => new CreateTemplate(request.Get(ProjectOperations.ProjectId), content));

    private ValueTask ReplaceAsync(ApiRequest request) =>
        SaveAsync(request, request.Get(TemplateId), content => new ReplaceTemplate(request.Get(ProjectOperations.ProjectId), content));

    private async ValueTask GetAsync(ApiRequest request) => await (await FindAsync(request) is { } template
        ? request.SendAsync(template, TemplateShapes.WriteDocument)
        : request.RefuseAsync(NotFound));

    private async ValueTask DeleteAsync(ApiRequest request)
    {
        var command = new DeleteTemplate(request.Get(ProjectOperations.ProjectId));
        var outcome = await Of(request, request.Get(TemplateId)).ExecuteAsync(command, request.Command);
        await (outcome.Succeeded ? request.DoneAsync() : request.RefuseAsync(outcome.Error));
    }

    private async ValueTask UseAsync(ApiRequest request)
    {
        if (await FindAsync(request) is not { } template)
        {
            await request.RefuseAsync(NotFound);
            return;
        }

        var opening = TemplateShapes.OpeningOf(template, request.Body);
        if (opening.Refusal is { } refusal)
        {
            await request.RefuseAsync(refusal);
            return;
        }

        var outcome = await cases.Of(request.OrgId, request.NewId()).ExecuteAsync(opening.Value!, request.Command);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        request.NoteReplay(outcome.Replayed);
        await cases.SendAsync(request, outcome.Value);
    }

    private async ValueTask SaveAsync(ApiRequest request, Guid templateId, Func<TemplateContent, TemplateCommand> command)
    {
        var content = TemplateShapes.Read(request.Body);
        if (content.Refusal is { } refusal)
        {
            await request.RefuseAsync(refusal);
            return;
        }

        var outcome = await Of(request, templateId).ExecuteAsync(command(content.Value!), request.Command);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        request.NoteReplay(outcome.Replayed);
        await request.SendAsync(outcome.Value, TemplateShapes.WriteDocument);
    }

    /// <summary>The template that the path names; one of another project is none.</summary>
    private async ValueTask<TemplateSnapshot?> FindAsync(ApiRequest request)
    {
        var found = await templates.FindAsync(request.OrgId, request.Get(TemplateId), request.Aborted);
        return found?.ProjectId == request.Get(ProjectOperations.ProjectId) ? found : null;
    }

    private ITemplateGrain Of(ApiRequest request, Guid templateId) => grains.GetGrain<ITemplateGrain>(GrainKeys.Of(request.OrgId, templateId));
}
