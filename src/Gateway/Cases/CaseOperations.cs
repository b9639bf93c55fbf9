using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;
using Switchboard.Orgs;
using Switchboard.Projects;

namespace Switchboard.Gateway.Cases;

/// <summary>Opens, shows and changes cases. Single-field updates are POSTs to a sub-path and answer with the whole case.</summary>
internal sealed class CaseOperations(CaseLookup cases, ProjectGate gate) : IApiOperations
{
    private const string Tag = "Case Management";
    private const string Path = "/api/v2/cases/{case_id}";

    private static readonly TextParameter CustomAttributeKey = new("custom_attribute_key", Parameter.InPath, Switchboard.Limits.AttributeKey)
    {
        Required = true,
        Description = "The custom attribute's key.",
    };

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "CreateCase",
            Method = "POST",
            Path = "/api/v2/cases",
            Tag = Tag,
            Summary = "Create a case",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Body = CaseShapes.Create,
            Success = 201,
            Response = CaseSchemas.CaseResponse,
            Handle = CreateAsync,
        },
        new()
        {
            Id = "GetCase",
            Method = "GET",
            Path = Path,
            Tag = Tag,
            Summary = "Get the details of a case",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [CaseLookup.CaseId, CaseLookup.Redirect],
            Response = CaseSchemas.CaseResponse,
            Redirects = true,
            Handle = GetAsync,
        },
        Update("UpdateCaseTitle", "title", "Update case title", CaseShapes.UpdateTitle,
            static body => new SetTitle(body.Get(CaseShapes.Title)!)),
        Update("UpdateCaseDescription", "description", "Update case description", CaseShapes.UpdateDescription,
            static body => new SetDescription(body.Get(CaseShapes.Description)!)),
        Update("UpdatePriority", "priority", "Update case priority", CaseShapes.UpdatePriority,
            static body => new SetPriority(body.Get(CaseShapes.Priority)!.Value)),
        Update("UpdateStatus", "status", "Update case status", CaseShapes.UpdateStatus, StatusOf),
        Update("AssignCase", "assign", "Assign case", CaseShapes.Assign,
            static body => new Assign(body.Get(CaseShapes.AssigneeId)!.Value)),
        Update("UnassignCase", "unassign", "Unassign case", CaseShapes.Empty, static _ => new Unassign()),
        Update("UpdateAttributes", "attributes", "Update case attributes", CaseShapes.UpdateAttributes,
            static body => new ReplaceAttributes(body.Get(CaseShapes.Attributes)!)),
        Update("ArchiveCase", "archive", "Archive case", CaseShapes.Empty, static _ => new Archive()),
        Update("UnarchiveCase", "unarchive", "Unarchive case", CaseShapes.Empty, static _ => new Unarchive()),
        Update("UpdateCaseDueDate", "due_date", "Update case due date", CaseShapes.UpdateDueDate,
            static body => new SetDueDate(body.Get(CaseShapes.DueDate))),
        Update("UpdateCaseResolvedReason", "resolved_reason", "Update case resolved reason", CaseShapes.UpdateResolvedReason,
            static body => new SetResolvedReason(body.Get(CaseShapes.ResolvedReason)!)),
        Update("UpdateCaseClosedReason", "closed_reason", "Update case closed reason", CaseShapes.UpdateClosedReason,
            static body => new SetClosedReason(body.Get(CaseShapes.Reason)?.Name)),
        Update("AddCaseInsights", "insights", "Add insights to a case", CaseShapes.ChangeInsights,
            static body => new AddInsights(InsightsOf(body)), "PUT"),
        Update("RemoveCaseInsights", "insights", "Remove insights from a case", CaseShapes.ChangeInsights,
            static body => new RemoveInsights(InsightsOf(body)), "DELETE"),
        new()
        {
            Id = "UpdateCaseCustomAttribute",
            Method = "POST",
            Path = $"{Path}/custom_attributes/{{custom_attribute_key}}",
            Tag = Tag,
            Summary = "Update case custom attribute",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [CaseLookup.CaseId, CustomAttributeKey],
            Body = CaseShapes.UpdateCustomAttribute,
            Response = CaseSchemas.CaseResponse,
            Handle = request => ChangeAsync(request, CustomValueOf(request)),
        },
        new()
        {
            Id = "DeleteCaseCustomAttribute",
            Method = "DELETE",
            Path = $"{Path}/custom_attributes/{{custom_attribute_key}}",
            Tag = Tag,
            Summary = "Delete custom attribute from case",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [CaseLookup.CaseId, CustomAttributeKey],
            Response = CaseSchemas.CaseResponse,
            Handle = request => ChangeAsync(request, new ClearCustomValue(request.Get(CustomAttributeKey))),
        },
        Update("MoveCaseToProject", "relationships/project", "Update case project", CaseShapes.Move, MoveOf, "PATCH"),
    ];

    private ApiOperation Update(
        string id, string subPath, string summary, ResourceShape body, Func<ResourceBody, Either<CaseCommand>> command, string method = "POST")
    {
        return new ApiOperation
        {
            Id = id,
            Method = method,
            Path = $"{Path}/{subPath}",
            Tag = Tag,
            Summary = summary,
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [CaseLookup.CaseId],
            Body = body,
            Response = CaseSchemas.CaseResponse,
            Handle = request => ChangeAsync(request, command(request.Body)),
        };
    }

    private async ValueTask GetAsync(ApiRequest request)
    {
        var grain = await cases.FindAsync(request);
        var found = grain is null ? null : await grain.GetAsync(request.Aborted);
        if (found is null)
        {
            await request.RefuseAsync(CaseLookup.NotFound);
            return;
        }

        var canonical = await cases.FindCanonicalAsync(request, found);
        if (canonical is not null && request.CanRedirect)
        {
            await request.RedirectAsync($"/api/v2/cases/{canonical.Id:D}");
            return;
        }

        await (canonical is not null && !await gate.SeesCaseAsync(request, canonical.Id)
            ? request.RefuseAsync(CaseLookup.NotFound)
            : cases.SendAsync(request, canonical ?? found));
    }

    private async ValueTask ChangeAsync(ApiRequest request, Either<CaseCommand> command)
    {
        if (command.Refusal is { } refusal)
        {
            await request.RefuseAsync(refusal);
        }
        else if (command.Value is MoveToProject move && await gate.CheckProjectAsync(request, move.ProjectId, ProjectRelation.Contributor) is { } closed)
        {
            await request.RefuseAsync(closed);
        }
        else if (await cases.FindAsync(request) is { } grain)
        {
            await ExecuteAsync(request, grain, command.Value!);
        }
        else
        {
            await request.RefuseAsync(CaseLookup.NotFound);
        }
    }

    private async ValueTask CreateAsync(ApiRequest request)
    {
        var command = CaseOpenings.Read(request.Body);
        var refused = command.Refusal ?? await gate.CheckProjectAsync(request, command.Value!.ProjectId, ProjectRelation.Contributor);
        await (refused is not null
            ? request.RefuseAsync(refused)
            : ExecuteAsync(request, cases.Of(request.OrgId, request.NewId()), command.Value!));
    }

    private async ValueTask ExecuteAsync(ApiRequest request, ICaseGrain grain, CaseCommand command)
    {
        var outcome = await grain.ExecuteAsync(command, request.Command);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        request.NoteReplay(outcome.Replayed);
        await cases.SendAsync(request, outcome.Value);
    }

    private static ImmutableArray<CaseInsight> InsightsOf(ResourceBody body) => InsightsOf(body.Get(CaseShapes.Insights));

    /// <summary>The insights of a checked list.</summary>
    public static ImmutableArray<CaseInsight> InsightsOf(IEnumerable<System.Text.Json.JsonElement> items) =>
    [
        .. items.Select(static item => new CaseInsight(
            item.GetProperty("type").GetString()!, item.GetProperty("ref").GetString()!, item.GetProperty("resource_id").GetString()!)),
    ];

    private static Either<CaseCommand> CustomValueOf(ApiRequest request)
    {
        var value = CustomValues.Read(request.Body);
        return value.Refusal is { } refusal ? refusal : new SetCustomValue(request.Get(CustomAttributeKey), value.Value!);
    }

    private static Either<CaseCommand> MoveOf(ResourceBody body) => UuidParameter.TryRead(body.Id, out var project)
        ? new MoveToProject(project)
        : ApiError.BadRequest("the project's id is not a valid UUID");

    private static Either<CaseCommand> StatusOf(ResourceBody body)
    {
        var reason = body.Get(CaseShapes.WithReason)?.Name;
        if (body.Get(CaseShapes.StatusName) is { } name)
        {
            return new SetStatus(name, null, reason);
        }

        if (body.Get(CaseShapes.Status) is not { } legacy)
        {
            return ApiError.BadRequest("one of the attributes \"status_name\" and \"status\" is required");
        }

        return legacy == default
            ? ApiError.Invalid("status SUNKNOWN stands for no status that a case can have")
            : new SetStatus(legacy.Name, legacy.Group, reason);
    }
}
