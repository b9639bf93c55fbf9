using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Orgs;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Cases;

/// <summary>The checklist of a case. Ours: the public contract has none.</summary>
internal sealed class TaskOperations(CaseLookup cases) : IApiOperations
{
    private const string Tag = "Case Management";
    private const string Path = "/api/v2/cases/{case_id}/tasks";
    private const string OnePath = $"{Path}/{{task_id}}";
    private const string Type = "case_task";

    private static readonly UuidParameter TaskId = new("task_id", Parameter.InPath)
    {
        ErrorName = "TaskID",
        Required = true,
        Description = "The task's UUID.",
    };

    private static readonly TextField NewTitle = new("title", Required: true) { NotEmpty = true, Description = "What is to be done.", Example = "Tell the customer" };

    private static readonly TextField Title = NewTitle with { Required = false };

    private static readonly BooleanField Done = new("done") { Description = "Whether it is done." };

    private static readonly UuidField NewAssignee = new("assignee_id") { Description = "The user who shall do it." };

    private static readonly ClearableUuidField Assignee = new("assignee_id") { Description = "The user who shall do it; null for nobody." };

    private static readonly IntegerField Position = new("position", 0, 1_000_000) { Description = "The place in the checklist, from 0; beyond the end is the end." };

    private static readonly ResourceShape Create = new("CaseTaskCreateRequest", Type) { Attributes = [NewTitle, NewAssignee, Position] };

    private static readonly ResourceShape Update = new("CaseTaskUpdateRequest", Type) { Attributes = [Title, Done, Assignee, Position] };

    private static readonly Schema UserReference = Schema.Object(
        Always("data", Schema.Object(Always("id", Schema.Uuid), Always("type", Schema.OneOf("user")))));

    private static readonly Schema Task = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf(Type)),
        Always("attributes", Schema.Object(
            Always("created_at", Schema.Time),
            Always("done", Schema.Boolean),
            new("done_at", Schema.Time.Says("Only while it is done.")),
            Always("position", Schema.Integer.Says("The place in the checklist, from 0.")),
            Always("title", Schema.Text))),
        Always("relationships", Schema.Object(
            new("assignee", UserReference),
            Always("created_by", UserReference),
            new("done_by", UserReference)))).Named("CaseTask");

    private static readonly Schema TaskResponse = Schema.Object(Always("data", Task)).Named("CaseTaskResponse");

    private static readonly ApiError UnknownTask = ApiError.NotFound("case task not found");

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ListCaseTasks",
            Method = "GET",
            Path = Path,
            Tag = Tag,
            Summary = "List the tasks of a case",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [CaseLookup.CaseId],
            Response = Schema.Object(Always("data", Schema.ListOf(Task))).Named("CaseTasksResponse"),
            Handle = ListAsync,
        },
        new()
        {
            Id = "CreateCaseTask",
            Method = "POST",
            Path = Path,
            Tag = Tag,
            Summary = "Add a task to a case",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [CaseLookup.CaseId],
            Body = Create,
            Success = 201,
            Response = TaskResponse,
            Handle = AddAsync,
        },
        new()
        {
            Id = "UpdateCaseTask",
            Method = "PATCH",
            Path = OnePath,
            Tag = Tag,
            Summary = "Change a task of a case",
            Description = "Checks it off, renames, assigns or moves it; changes what is given and leaves the rest.",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [CaseLookup.CaseId, TaskId],
            Body = Update,
            Response = TaskResponse,
            Handle = ChangeAsync,
        },
        new()
        {
            Id = "DeleteCaseTask",
            Method = "DELETE",
            Path = OnePath,
            Tag = Tag,
            Summary = "Remove a task from a case",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [CaseLookup.CaseId, TaskId],
            Success = 204,
            Handle = RemoveAsync,
        },
    ];

    private async ValueTask ListAsync(ApiRequest request)
    {
        var found = await cases.FindAsync(request) is { } grain ? await grain.GetAsync() : null;
        await (found is null ? request.RefuseAsync(CaseLookup.NotFound) : request.SendAsync(found.Details.Tasks, WriteList));
    }

    private ValueTask AddAsync(ApiRequest request)
    {
        var (id, body) = (request.NewId(), request.Body);
        return ExecuteAsync(request, id, new AddTask(id, body.Get(NewTitle)!, body.Get(NewAssignee), body.Get(Position)));
    }

    private ValueTask ChangeAsync(ApiRequest request)
    {
        var (id, body) = (request.Get(TaskId), request.Body);
        var (given, assignee) = body.Get(Assignee);
        return ExecuteAsync(
            request, id, new ChangeTask(id, body.Get(Title), body.Get(Done), assignee, Unassign: given && assignee is null, body.Get(Position)));
    }

    private async ValueTask RemoveAsync(ApiRequest request)
    {
        if (await cases.FindAsync(request) is not { } grain)
        {
            await request.RefuseAsync(CaseLookup.NotFound);
            return;
        }

        var outcome = await grain.ExecuteAsync(new RemoveTask(request.Get(TaskId)), request.Command);
        await (outcome.Succeeded ? request.DoneAsync() : request.RefuseAsync(outcome.Error));
    }

    private async ValueTask ExecuteAsync(ApiRequest request, Guid taskId, CaseCommand command)
    {
        if (await cases.FindAsync(request) is not { } grain)
        {
            await request.RefuseAsync(CaseLookup.NotFound);
            return;
        }

        var outcome = await grain.ExecuteAsync(command, request.Command);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        request.NoteReplay(outcome.Replayed);
        var tasks = outcome.Value.Details.Tasks;
        var index = tasks.IndexOf(tasks.FirstOrDefault(task => task.Id == taskId)!);
        await (index < 0 ? request.RefuseAsync(UnknownTask) : request.SendAsync((tasks[index], index), WriteDocument));
    }

    private static void WriteDocument(Utf8JsonWriter json, (CaseTask Task, int Position) one)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        Write(json, one.Task, one.Position);
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, ImmutableArray<CaseTask> tasks)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        for (var position = 0; position < tasks.Length; position++)
        {
            Write(json, tasks[position], position);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, CaseTask task, int position)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, task.Id);
        json.WriteString("type"u8, Type);
        json.WriteStartObject("attributes"u8);
        json.WriteTime("created_at"u8, task.CreatedAt);
        json.WriteBoolean("done"u8, task.DoneAt is not null);
        if (task.DoneAt is { } doneAt)
        {
            json.WriteTime("done_at"u8, doneAt);
        }

        json.WriteNumber("position"u8, position);
        json.WriteString("title"u8, task.Title);
        json.WriteEndObject();
        json.WriteStartObject("relationships"u8);
        WriteUser(json, "assignee"u8, task.AssigneeId);
        WriteUser(json, "created_by"u8, task.CreatedBy);
        WriteUser(json, "done_by"u8, task.DoneBy);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteUser(Utf8JsonWriter json, ReadOnlySpan<byte> name, Guid? user)
    {
        if (user is { } id)
        {
            json.WriteStartObject(name);
            json.WriteStartObject("data"u8);
            json.WriteString("id"u8, id);
            json.WriteString("type"u8, "user"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }
}
