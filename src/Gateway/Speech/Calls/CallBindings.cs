using Microsoft.Extensions.Logging;
using Orleans;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Access;
using Switchboard.Grains.Cases;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Calls;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Speech;

namespace Switchboard.Gateway.Speech.Calls;

/// <summary>The case and the call that a request is bound to, once everything has been found.</summary>
/// <param name="CaseId">The case; where a merged one was named, the one that it went into.</param>
/// <param name="CallId">The call.</param>
/// <param name="Announced">Whether it was announced.</param>
internal sealed record CallTarget(Guid CaseId, Guid CallId, bool Announced);

/// <summary>
/// Binds streams and files to cases of their organisation. Who may: a call that a user has announced is open to every key of the
/// organisation that transcribes; a case by its id only to keys of role member and above, and only in projects that are open to the whole
/// organisation, because a key is nobody that a project's policy could name.
/// </summary>
internal sealed class CallBindings(
    IGrainFactory grains,
    TimeProvider time,
    ILogger<CallWriter> log,
    ICaseCalls? calls = null,
    ICaseDirectory? directory = null,
    ProjectAccess? access = null,
    CallRecorder? recorder = null)
{
    /// <summary>How long an announced call waits for its audio.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(24);

    private const int LongestKey = 128;

    private static readonly SpeechError NoCases = new(404, "CASE_NOT_FOUND", "case_id: no cases are kept here");
    private static readonly SpeechError NoCase = new(404, "CASE_NOT_FOUND", "case_id: case not found");
    private static readonly SpeechError NoCall = new(404, "CALL_NOT_FOUND", "call_id: call not found");
    private static readonly SpeechError NotAllowed = SpeechError.Forbidden with
    {
        Message = "case_id: this needs a key of role member or higher; with another one, connect to a call that was announced, by its call_id",
    };

    /// <summary>What writers need.</summary>
    public CallParts Parts => new(grains, recorder!, time, log);

    /// <summary>Finds what a new stream or a file shall be bound to; neither a target nor a refusal where it names nothing.</summary>
    public async ValueTask<(CallTarget? Target, SpeechError? Refusal)> FindAsync(
        SpeechCaller caller, ListenParameters parameters, CancellationToken cancellationToken)
    {
        if (parameters.CaseId is null && parameters.CallId is null)
        {
            return default;
        }

        if (calls is null || directory is null || access is null || recorder is null)
        {
            return (null, NoCases);
        }

        return parameters.CallId is { } callId
            ? await FindCallAsync(calls, caller.OrgId, callId, parameters.CaseId, cancellationToken)
            : await FindCaseAsync(access, caller, parameters.CaseId!, cancellationToken);
    }

    /// <summary>Begins a call for a stream that was admitted.</summary>
    public async ValueTask<(CaseCall? Call, SpeechError? Refusal)> StartAsync(
        SpeechCaller caller, CallTarget target, Guid sessionId, bool isFile, CancellationToken cancellationToken)
    {
        var command = new StartCall(target.CallId, sessionId, isFile, target.Announced);
        var (outcome, _) = await grains.SendCallAsync(target.CaseId, command, ContextOf(caller, sessionId), cancellationToken);
        return outcome.Value is { } call ? (call, null) : (null, RefusalOf(outcome.Error!));
    }

    /// <summary>Goes on with the call of a session that another process had; null when it was bound to none, or its call takes no more.</summary>
    public async ValueTask<CallWriter?> ResumeAsync(
        SpeechCaller caller, SessionSnapshot session, ListenParameters parameters, CancellationToken cancellationToken)
    {
        if (session.Request is not { CaseId: { } caseId, CallId: { } callId } || recorder is null)
        {
            return null;
        }

        var (outcome, _) = await grains.SendCallAsync(caseId, new ResumeCall(callId, session.Epoch), ContextOf(caller, session.Id), cancellationToken);
        if (outcome.Value is { } call)
        {
            return WriterOf(call, session, parameters, caller);
        }

        log.CallNotResumed(session.Id, callId, outcome.Error!.Detail ?? outcome.Error.Title);
        return null;
    }

    /// <summary>The writer of a session's call.</summary>
    public CallWriter WriterOf(CaseCall call, SessionSnapshot session, ListenParameters parameters, SpeechCaller caller) =>
        new(Parts, call, session.Epoch, parameters.Multichannel, session.Request.Resumable, ActorOf(caller));

    /// <summary>Who speaks for the audio: the key.</summary>
    public static Actor ActorOf(SpeechCaller caller) => new(ActorKind.ApiKey, caller.KeyId);

    /// <summary>In whose name commands on a call run.</summary>
    public static CommandContext ContextOf(SpeechCaller caller, Guid sessionId) => new(caller.OrgId, ActorOf(caller), sessionId.ToString("N"));

    /// <summary>A refusal of the case, in the words of the speech API.</summary>
    public static SpeechError RefusalOf(DomainError error) => error.Kind switch
    {
        ErrorKind.NotFound => NoCall,
        ErrorKind.Conflict => new SpeechError(409, "CALL_CONFLICT", $"call_id: {error.Detail ?? error.Title}"),
        _ => SpeechError.InvalidParameter($"case_id: {error.Detail ?? error.Title}"),
    };

    private async ValueTask<(CallTarget? Target, SpeechError? Refusal)> FindCallAsync(
        ICaseCalls rows, Guid orgId, Guid callId, string? caseName, CancellationToken cancellationToken)
    {
        if (await rows.FindAsync(orgId, callId, cancellationToken) is not { } call || await SurvivorAsync(orgId, call.CaseId, cancellationToken) is not { } found)
        {
            return (null, NoCall);
        }

        if (caseName is not null && await IdOfAsync(orgId, caseName, cancellationToken) != call.CaseId && !IsNamed(found, caseName))
        {
            return (null, SpeechError.InvalidParameter("case_id: the call of call_id is of another case; leave one of them out"));
        }

        return call.SessionId is { } taken ? (null, new SpeechError(409, "CALL_CONFLICT", $"call_id: the call has its audio already, from {taken}"))
            : time.GetUtcNow() - call.CreatedAt > LongestWait ? (null, NoCall)
            : (new CallTarget(found.Id, callId, Announced: true), null);
    }

    private async ValueTask<(CallTarget? Target, SpeechError? Refusal)> FindCaseAsync(
        ProjectAccess projects, SpeechCaller caller, string name, CancellationToken cancellationToken)
    {
        // First, so that a key that may not bind cannot find out which cases there are.
        if (caller.IsTemporary || !SpeechScopes.Grants(caller.Scopes, SpeechScopes.Member))
        {
            return (null, NotAllowed);
        }

        if (await IdOfAsync(caller.OrgId, name, cancellationToken) is not { } id || await SurvivorAsync(caller.OrgId, id, cancellationToken) is not { } found)
        {
            return (null, NoCase);
        }

        var scope = await projects.ScopeAsync(caller.OrgId, Guid.Empty);
        return scope.Of(found.ProjectId) >= ProjectRelation.Contributor
            ? (new CallTarget(found.Id, Guid.CreateVersion7(time.GetUtcNow()), Announced: false), null)
            : (null, NoCase);
    }

    private static bool IsNamed(CaseSnapshot found, string name) =>
        string.Equals(found.Key, name, StringComparison.OrdinalIgnoreCase) || (Guid.TryParse(name, out var id) && id == found.Id);

    private async ValueTask<Guid?> IdOfAsync(Guid orgId, string name, CancellationToken cancellationToken) =>
        Guid.TryParse(name, out var id) ? id
        : name.Length is > 0 and <= LongestKey && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
            ? await directory!.FindByKeyAsync(orgId, name, cancellationToken)
            : null;

    private async ValueTask<CaseSnapshot?> SurvivorAsync(Guid orgId, Guid caseId, CancellationToken cancellationToken)
    {
        for (var steps = 0; steps <= Switchboard.Limits.MergedCases; steps++)
        {
            var found = await grains.GetGrain<ICaseGrain>(GrainKeys.Of(orgId, caseId)).GetAsync(cancellationToken);
            if (found?.Details.Merged is not { } into)
            {
                return found;
            }

            caseId = into.CaseId;
        }

        return null;
    }
}
