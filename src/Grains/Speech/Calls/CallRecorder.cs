using Orleans;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Cases;
using Switchboard.Grains.Files;
using Switchboard.Grains.Speech.Sessions;
using Switchboard.Speech;

namespace Switchboard.Grains.Speech.Calls;

/// <summary>What is known of a file that was transcribed, which has no session.</summary>
/// <param name="Engine">The node.</param>
/// <param name="Model">The model.</param>
/// <param name="Milliseconds">Its length.</param>
public sealed record FileFacts(string? Engine, string Model, long Milliseconds);

/// <summary>Ends calls with their record. Whoever does it, and however often: the call's row decides, and the file is the same.</summary>
public sealed class CallRecorder(ICaseCalls calls, ISessionStore sessions, IBlobStore files, IGrainFactory grains)
{
    /// <summary>The code of a file's call.</summary>
    public const int FileDone = 200;

    private const int MostTries = 10;

    /// <summary>Ends a call; the answer is the call as it is, or null when there is none or its case has gone.</summary>
    /// <exception cref="EventStore.StorageUnavailableException">The database cannot be reached.</exception>
    public async Task<CaseCall?> FinishAsync(Guid orgId, Guid callId, FileFacts? facts, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await calls.FindAsync(orgId, callId, cancellationToken) is not { SessionId: { } sessionId } call)
            {
                return null;
            }

            if (call.EndedAt is not null)
            {
                return call;
            }

            var session = call.IsFile ? null : await sessions.FindAsync(orgId, sessionId, cancellationToken);
            if (session is { State: not SessionState.Ended })
            {
                // Another process goes on with it.
                return call;
            }

            var record = await RecordAsync(call, session, facts, cancellationToken);
            var context = new CommandContext(orgId, Actor.System, sessionId.ToString("N"));
            var (outcome, _) = await grains.SendCallAsync(call.CaseId, new EndCall(callId, call.Lines, record), context, cancellationToken);
            if (outcome.Error is not { Kind: ErrorKind.Conflict })
            {
                return outcome.Value;
            }

            // More was said meanwhile.
        }

        throw new EventStore.StorageUnavailableException($"Call {callId} was written by others {MostTries} times in a row; try again.");
    }

    private async Task<CallRecord> RecordAsync(CaseCall call, SessionSnapshot? session, FileFacts? facts, CancellationToken cancellationToken)
    {
        var (name, bytes, sha256) = await CallTranscript.WriteAsync(call, calls, files, cancellationToken);
        var heard = call.Covered.IsEmpty ? 0 : call.Covered.Max();
        return new CallRecord(
            session?.Engine ?? facts?.Engine,
            session?.Request.Model ?? facts?.Model ?? "",
            Math.Max(session?.AcceptedMilliseconds ?? facts?.Milliseconds ?? 0, heard),
            session?.Code ?? (facts is null ? SessionMachine.Abandoned : FileDone),
            name,
            bytes,
            sha256);
    }
}
