using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Intake;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Intake;

/// <summary>Takes alerts in our own form, and says what became of alerts.</summary>
internal sealed class IntakeOperations(IIntake intake, IntakeDoor door, SenderKeys keys, Authenticator authenticator, ProjectGate gate) : IApiOperations
{
    public const string Tag = "Intake";
    public const string Path = "/api/v2/intake";

    private static readonly UuidParameter _receipt = new("receipt", Parameter.InPath) { Required = true, Description = "The receipt that an alert was answered with." };

    private static readonly UuidParameter _integration = new("filter[integration_id]", Parameter.InQuery);

    private static readonly UuidParameter _case = new("filter[case_id]", Parameter.InQuery);

    private static readonly IntegerParameter _limit = new("page[limit]", 1, 1000, 100);

    private static readonly AccessRule _reading = AccessRule.Needs(Permissions.CasesRead);

    private static readonly ApiError _notFound = ApiError.NotFound("receipt not found");

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "SubmitAlert",
            Method = "POST",
            Path = Path,
            Tag = Tag,
            Summary = "Submit an alert",
            Description = "Takes the key of an integration of kind api. The alert is safe when the answer comes; it becomes a case, or part of one, right after.",
            Access = AccessRule.IntegrationKey,
            Admit = keys.AdmitAsync,
            Body = IntakeShapes.Alert,
            Success = 202,
            Response = IntakeShapes.TakenResponse,
            Refusals = [400, 401, 403, 429],
            Handle = SubmitAsync,
        },
        new()
        {
            Id = "SendHeartbeat",
            Method = "POST",
            Path = $"{Path}/heartbeat",
            Tag = Tag,
            Summary = "Say that a sender is alive",
            Description = "Takes the key of an integration of any kind. Every alert says so too.",
            Access = AccessRule.IntegrationKey,
            Admit = keys.AdmitAsync,
            Success = 204,
            Refusals = [401, 429],
            Handle = BeatAsync,
        },
        new()
        {
            Id = "GetIntakeReceipt",
            Method = "GET",
            Path = $"{Path}/{{receipt}}",
            Tag = Tag,
            Summary = "Get what became of an alert",
            Description = "Takes the keys of a user, or the key of the integration that sent the alert. Shows for a while what was sent, word for word.",
            Access = _reading,
            Admit = AdmitReaderAsync,
            Parameters = [_receipt],
            Response = IntakeShapes.ReceiptResponse,
            Handle = GetAsync,
        },
        new()
        {
            Id = "ListIntakeAlerts",
            Method = "GET",
            Path = $"{Path}/alerts",
            Tag = Tag,
            Summary = "List troubles by their dedup keys, with their counts, the last heard of first",
            Access = _reading,
            Parameters = [_integration, _case, _limit],
            Response = IntakeShapes.AlertsResponse,
            Handle = ListAsync,
        },
    ];

    private async ValueTask SubmitAsync(ApiRequest request)
    {
        if (IntakeDoor.CheckKind(request, IntegrationKind.Api) is { } otherDoor)
        {
            await request.RefuseAsync(otherDoor);
            return;
        }

        var read = IntakeShapes.Read(request.Body);
        if (read.Refusal is { } refusal)
        {
            await request.RefuseAsync(refusal);
            return;
        }

        var (taken, otherMessage) = await door.TakeAsync(request, [read.Value!], request.Content!);
        await (otherMessage is not null ? request.RefuseAsync(otherMessage) : request.SendAsync(taken[0], IntakeJson.WriteTaken));
    }

    private async ValueTask BeatAsync(ApiRequest request)
    {
        await door.BeatAsync(request);
        await request.DoneAsync();
    }

    private async ValueTask<Admission> AdmitReaderAsync(ApiRequest request)
    {
        var headers = request.Http.Request.Headers;
        if (headers.ContainsKey("DD-APPLICATION-KEY") || SenderKeys.KeyOf(request.Http.Request) is not { } key)
        {
            return await authenticator.AdmitAsync(headers, _reading);
        }

        var admission = await keys.AdmitAsync(key);
        return admission.Principal is { } sender ? sender with { Permissions = _reading.Required } : await authenticator.AdmitAsync(headers, _reading);
    }

    private async ValueTask GetAsync(ApiRequest request)
    {
        var receipt = await intake.FindAsync(request.OrgId, request.Get(_receipt), request.Aborted);
        var hidden = receipt is null
            || (request.Principal.Sender is { } sender ? sender.Id != receipt.IntegrationId : receipt.CaseId is { } caseId && !await gate.SeesCaseAsync(request, caseId));
        if (hidden)
        {
            await request.RefuseAsync(_notFound);
            return;
        }

        // A message can be of alerts that went into several projects: who may not see all of these is not shown it.
        var seesAll = request.Principal.Sender is not null || (await gate.ScopeAsync(request)).Hidden.IsEmpty;
        await request.SendAsync(seesAll ? receipt! : receipt! with { Message = null }, IntakeJson.WriteReceipt);
    }

    private async ValueTask ListAsync(ApiRequest request)
    {
        Guid? integration = request.TextOf(_integration) is { Length: > 0 } ? request.Get(_integration) : null;
        Guid? caseId = request.TextOf(_case) is { Length: > 0 } ? request.Get(_case) : null;
        var found = await intake.ListAsync(new AlertKeyQuery(request.OrgId, integration, caseId, request.Get(_limit)), request.Aborted);
        var scope = await gate.ScopeAsync(request);
        if (!scope.IsOpen)
        {
            // A restricted project keeps its cases' alerts to itself.
            List<AlertKeyView> seen = [];
            foreach (var one in found)
            {
                if (one.CaseId is not { } id || await gate.SeesCaseAsync(request, id))
                {
                    seen.Add(one);
                }
            }

            found = [.. seen];
        }

        await request.SendAsync(found, IntakeJson.WriteAlerts);
    }
}
