using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Grains.Access;
using Switchboard.Grains.Cases;
using Switchboard.Orgs;
using Switchboard.Projects;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Cases;

/// <summary>
/// One change to many cases. A case that is not found stops it before any change; after that every case is changed for itself, and what
/// became of each is answered.
/// </summary>
internal sealed class BulkOperations(CaseLookup cases, ICaseDirectory directory, ProjectGate gate) : IApiOperations
{
    // Enough to fill the store's group commits, few enough to leave room for others.
    private const int Together = 64;

    private static readonly TextListField CaseIds = new("case_ids", Required: true)
    {
        Description = "UUIDs or keys, at most 1,000; one that is named twice is changed once.",
    };

    private static readonly ChoiceField<BulkAction> Action = new(
        "type",
        [
            ("priority", BulkAction.Priority), ("status", BulkAction.Status), ("assign", BulkAction.Assign), ("unassign", BulkAction.Unassign),
            ("archive", BulkAction.Archive), ("unarchive", BulkAction.Unarchive), ("jira", BulkAction.Ticket),
            ("servicenow", BulkAction.Ticket), ("linear", BulkAction.Ticket), ("update_project", BulkAction.Move),
        ],
        Required: true);

    private static readonly ObjectField Payload = new("payload", Schema.MapOf(Schema.Text))
    {
        Description = "priority; status or status_name; assignee_id; project_id.",
    };

    private static readonly ResourceShape Shape = new("CaseBulkUpdateRequest", "bulk") { Attributes = [CaseIds, Payload, Action] };

    private static readonly Schema Answer = Schema.Object(
        Always("data", Schema.ListOf(Schema.Object(
            Always("id", Schema.Uuid),
            Always("type", Schema.OneOf("case")),
            Always("meta", Schema.Object(
                Always("status", Schema.OneOf("done", "refused")),
                new("detail", Schema.Text)))))),
        Always("meta", Schema.Object(Always("done", Schema.Integer), Always("refused", Schema.Integer)))).Named("CaseBulkUpdateResponse");

    private enum BulkAction
    {
        Priority,
        Status,
        Assign,
        Unassign,
        Archive,
        Unarchive,
        Ticket,
        Move,
    }

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "BulkUpdateCases",
            Method = "POST",
            Path = "/api/v2/cases/bulk",
            Tag = "Case Management",
            Summary = "Bulk update cases",
            Description = "One refused case leaves the others as they are asked for; the answer says what became of each, in the order given.",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Body = Shape,
            Response = Answer,
            Handle = HandleAsync,
        },
    ];

    private async ValueTask HandleAsync(ApiRequest request)
    {
        var command = CommandOf(request.Body);
        var names = request.Body.Get(CaseIds)!.Value;
        if (command.Refusal is not null || names.Length is 0 or > Switchboard.Limits.BulkCases)
        {
            await request.RefuseAsync(command.Refusal
                ?? ApiError.BadRequest($"attribute \"case_ids\" has {names.Length} items; 1 to {Switchboard.Limits.BulkCases} are allowed"));
            return;
        }

        var scope = await gate.ScopeAsync(request);
        var found = await FindAsync(request, names, scope);
        if (found is not { } bulk)
        {
            await request.RefuseAsync(CaseLookup.NotFound);
            return;
        }

        var outcomes = new DomainError?[bulk.Length];
        var closed = command.Value is MoveToProject move ? Refusal(scope, move.ProjectId) : null;
        await EachAsync(bulk.Length, async index =>
        {
            if ((closed ?? Refusal(scope, bulk[index].ProjectId)) is { } refused)
            {
                outcomes[index] = refused;
                return;
            }

            // A key under which the answer of one case is kept would be the same for all of them: changes are repeatable as they are.
            var outcome = await cases.Of(request.OrgId, bulk[index].Id).ExecuteAsync(command.Value!, request.Command with { Idempotency = null });
            outcomes[index] = outcome.Error;
        });
        await request.SendAsync((Cases: bulk, Outcomes: outcomes), static (json, answer) => Write(json, answer.Cases, answer.Outcomes));
    }

    private async ValueTask<ImmutableArray<CaseSnapshot>?> FindAsync(ApiRequest request, ImmutableArray<string> names, ProjectScope scope)
    {
        var found = new CaseSnapshot?[names.Length];
        await EachAsync(names.Length, async index =>
        {
            var id = UuidParameter.TryRead(names[index], out var uuid)
                ? uuid
                : names[index].Length <= 64 ? await directory.FindByKeyAsync(request.OrgId, names[index], request.Aborted) : null;
            var one = id is { } known ? await cases.Of(request.OrgId, known).GetAsync() : null;
            found[index] = one is not null && scope.Of(one.ProjectId) >= ProjectRelation.Viewer ? one : null;
        });
        return found.Contains(null) ? null : [.. found.Select(static one => one!).DistinctBy(static one => one.Id)];
    }

    private static DomainError? Refusal(ProjectScope scope, Guid projectId) => scope.Of(projectId) switch
    {
        >= ProjectRelation.Contributor => null,
        ProjectRelation.Viewer => DomainError.Forbidden("this needs the relation contributor to the project; yours is viewer"),
        _ => DomainError.NotFound("project not found"),
    };

    private static Task EachAsync(int count, Func<int, ValueTask> work) => Parallel.ForEachAsync(
        Enumerable.Range(0, count),
        new ParallelOptions { MaxDegreeOfParallelism = Together },
        (index, _) => work(index));

    private static Either<CaseCommand> CommandOf(ResourceBody body)
    {
        var payload = body.Get(Payload);
        return body.Get(Action) switch
        {
            BulkAction.Priority => PriorityOf(TextOf(payload, "priority")),
            BulkAction.Status => StatusOf(TextOf(payload, "status_name"), TextOf(payload, "status")),
            BulkAction.Assign => UuidParameter.TryRead(TextOf(payload, "assignee_id"), out var assignee)
                ? new Assign(assignee)
                : ApiError.BadRequest("attribute \"payload.assignee_id\" is not a valid UUID"),
            BulkAction.Move => UuidParameter.TryRead(TextOf(payload, "project_id"), out var project)
                ? new MoveToProject(project)
                : ApiError.BadRequest("attribute \"payload.project_id\" is not a valid UUID"),
            BulkAction.Unassign => new Unassign(),
            BulkAction.Archive => new Archive(),
            BulkAction.Unarchive => new Unarchive(),
            _ => ApiError.Invalid("no ticket system is connected; jira, servicenow and linear cannot be used"),
        };
    }

    private static Either<CaseCommand> PriorityOf(string? given)
    {
        foreach (var (word, value) in CaseShapes.Priority.Choices)
        {
            if (word == given)
            {
                return new SetPriority(value);
            }
        }

        return given is null
            ? ApiError.BadRequest("attribute \"payload.priority\" is required")
            : ApiError.Invalid($"invalid priority {Quoted.Cut(given)}. Must be one of P1, P2, P3, P4, P5, NOT_DEFINED");
    }

    private static Either<CaseCommand> StatusOf(string? name, string? legacy)
    {
        if (name is not null)
        {
            return new SetStatus(name, null);
        }

        foreach (var (word, value) in LegacyStatus.All)
        {
            if (word == legacy && value != default)
            {
                return new SetStatus(value.Name, value.Group);
            }
        }

        // A display status may stand in the older member too.
        return legacy is null
            ? ApiError.BadRequest("one of \"payload.status_name\" and \"payload.status\" is required")
            : new SetStatus(legacy, null);
    }

    private static string? TextOf(JsonElement? payload, string name) =>
        payload is { } members && ResourceBody.TryGetMember(members, name, out var value) ? value.GetString() : null;

    private static void Write(Utf8JsonWriter json, ImmutableArray<CaseSnapshot> cases, DomainError?[] outcomes)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        for (var i = 0; i < cases.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, cases[i].Id);
            json.WriteString("type"u8, "case"u8);
            json.WriteStartObject("meta"u8);
            json.WriteString("status"u8, outcomes[i] is null ? "done"u8 : "refused"u8);
            if (outcomes[i] is { } refused)
            {
                json.WriteString("detail"u8, refused.Detail ?? refused.Title);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        var refusals = outcomes.Count(static outcome => outcome is not null);
        json.WriteStartObject("meta"u8);
        json.WriteNumber("done"u8, cases.Length - refusals);
        json.WriteNumber("refused"u8, refusals);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
