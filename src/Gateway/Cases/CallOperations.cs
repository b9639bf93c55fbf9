using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Grains.Cases;
using Switchboard.Grains.Files;
using Switchboard.Grains.Speech.Calls;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Cases;

/// <summary>The calls of a case. Ours: the public contract has none.</summary>
internal sealed class CallOperations(CaseLookup cases, ICaseCalls calls, IBlobStore files, ProjectGate gate) : IApiOperations
{
    private const string Tag = "Case Management";
    private const string Path = "/api/v2/cases/{case_id}/calls";
    private const string OnePath = $"{Path}/{{call_id}}";

    private static readonly UuidParameter CallId = new("call_id", Parameter.InPath)
    {
        ErrorName = "CallID",
        Required = true,
        Description = "The call's UUID.",
    };

    private static readonly IntegerParameter PageSize = new("page[size]", 1, 100, 10) { Description = "Calls a page." };

    private static readonly IntegerParameter PageNumber = new("page[number]", 0, 1_000_000, 0) { Description = "The page, from 0." };

    private static readonly IntegerParameter After = new("after", 0, int.MaxValue, 0) { Description = "Only lines behind this number." };

    private static readonly IntegerParameter Limit = new("limit", 0, 1_000, 1_000) { Description = "The most lines." };

    private static readonly ApiError UnknownCall = ApiError.NotFound("call not found");

    private static readonly ApiError NoTranscript = ApiError.NotFound("the call has no transcript before its end; ask for the call itself");

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ListCaseCalls",
            Method = "GET",
            Path = Path,
            Tag = Tag,
            Summary = "List the calls of a case",
            Description = "Newest first, with those of the duplicates that were merged into the case.",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [CaseLookup.CaseId, PageSize, PageNumber],
            Response = CallShapes.Many,
            Handle = ListAsync,
        },
        new()
        {
            Id = "CreateCaseCall",
            Method = "POST",
            Path = Path,
            Tag = Tag,
            Summary = "Announce a call for a case",
            Description = "The audio is sent to listen_path within 24 hours, as a live stream or as a file, with any key of the organisation "
                + "that may transcribe. What is said comes into the case's timeline while the call goes on.",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [CaseLookup.CaseId],
            Body = CallShapes.Announce,
            Success = 201,
            Response = CallShapes.One,
            Handle = AnnounceAsync,
        },
        new()
        {
            Id = "GetCaseCall",
            Method = "GET",
            Path = OnePath,
            Tag = Tag,
            Summary = "Get a call of a case",
            Description = "With what was said in it, from behind a line's number on; so one can follow a call that goes on.",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [CaseLookup.CaseId, CallId, After, Limit],
            Response = CallShapes.One,
            Handle = GetAsync,
        },
        new()
        {
            Id = "GetCaseCallTranscript",
            Method = "GET",
            Path = $"{OnePath}/transcript",
            Tag = Tag,
            Summary = "Download the transcript of a call",
            Description = "The file that was attached at the call's end: a text with a line for each line of the call.",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [CaseLookup.CaseId, CallId],
            Response = Schema.Text,
            StreamType = "text/plain",
            Handle = DownloadAsync,
        },
    ];

    private async ValueTask ListAsync(ApiRequest request)
    {
        var found = await cases.FindAsync(request) is { } grain ? await grain.GetAsync() : null;
        if (found is null)
        {
            await request.RefuseAsync(CaseLookup.NotFound);
            return;
        }

        var (size, scope) = (request.Get(PageSize), await gate.ScopeAsync(request));
        var skip = (int)Math.Min((long)size * request.Get(PageNumber), int.MaxValue);
        await request.SendAsync(await calls.ListAsync(request.OrgId, found.Id, scope.Hidden, skip, size, request.Aborted), CallShapes.WriteMany);
    }

    private async ValueTask AnnounceAsync(ApiRequest request)
    {
        if (await cases.FindAsync(request) is not { } grain)
        {
            await request.RefuseAsync(CaseLookup.NotFound);
            return;
        }

        var command = new AnnounceCall(request.NewId(), request.Body.Get(CallShapes.Title) ?? "", CallShapes.SpeakersOf(request.Body));
        var outcome = await grain.CallAsync(command, request.Command);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        request.NoteReplay(outcome.Replayed);
        await request.SendAsync((outcome.Value, (ImmutableArray<CallLine>?)null), CallShapes.WriteOne);
    }

    private async ValueTask GetAsync(ApiRequest request)
    {
        if (await FindAsync(request) is not { } call)
        {
            await request.RefuseAsync(UnknownCall);
            return;
        }

        var lines = await calls.LinesAsync(request.OrgId, call.Id, request.Get(After), request.Get(Limit), request.Aborted);
        await request.SendAsync((call, (ImmutableArray<CallLine>?)lines), CallShapes.WriteOne);
    }

    private async ValueTask DownloadAsync(ApiRequest request)
    {
        if (await FindAsync(request) is not { } call)
        {
            await request.RefuseAsync(UnknownCall);
            return;
        }

        await using var file = call.Record is { } record ? await files.OpenAsync(record.Transcript, request.Aborted) : null;
        if (file is null)
        {
            await request.RefuseAsync(NoTranscript);
            return;
        }

        await file.Content.CopyToAsync(request.BeginStream($"call-{call.Id:D}.txt", CallTranscript.ContentType).AsStream(), request.Aborted);
    }

    /// <summary>The call that the path names, if it is of the case or of one that was merged into it, and may be seen.</summary>
    private async ValueTask<CaseCall?> FindAsync(ApiRequest request)
    {
        var found = await cases.FindAsync(request) is { } grain ? await grain.GetAsync() : null;
        if (found is null || await calls.FindAsync(request.OrgId, request.Get(CallId), request.Aborted) is not { } call)
        {
            return null;
        }

        if (call.CaseId == found.Id)
        {
            return call;
        }

        // Either the call went to the survivor, or it stayed with a duplicate.
        var isJoined = await calls.IsMergedAsync(request.OrgId, call.CaseId, found.Id, request.Aborted)
            || await calls.IsMergedAsync(request.OrgId, found.Id, call.CaseId, request.Aborted);
        return isJoined && await gate.SeesCaseAsync(request, call.CaseId) ? call : null;
    }
}
