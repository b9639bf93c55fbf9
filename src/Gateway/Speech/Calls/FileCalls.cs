using System.Collections.Immutable;
using System.Text.Json;
using Orleans;
using Switchboard.Cases;
using Switchboard.Gateway.Speech.Files;
using Switchboard.Gateway.Speech.Listen;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Speech.Calls;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Calls;

/// <summary>Writes a file's transcript to its case: the call begins, is heard and ends when the engine's answer is there.</summary>
internal sealed class FileCalls(CallBindings bindings, IGrainFactory grains)
{
    /// <summary>Finds what a request is bound to, before any audio is taken.</summary>
    public ValueTask<(CallTarget? Target, SpeechError? Refusal)> FindAsync(ListenRequest request) =>
        bindings.FindAsync(request.Caller, request.Parameters, request.Http.RequestAborted);

    /// <summary>Writes the call, or finds that it was written.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be reached; what is written is ended by the sweep.</exception>
    public async Task<(Guid? CallId, SpeechError? Refusal)> WriteAsync(
        FileRequest request, JsonElement answer, string? node, double seconds, CancellationToken cancellationToken)
    {
        var (call, refusal) = await bindings.StartAsync(request.Caller, request.Target!, request.Id, isFile: true, cancellationToken);
        if (call is null || call.EndedAt is not null)
        {
            return (call?.Id, refusal);
        }

        var lines = new CallLines(call, request.Parameters.Multichannel).OfFile(answer.GetProperty("results"u8));
        var (caseId, context) = (call.CaseId, CallBindings.ContextOf(request.Caller, request.Id));
        foreach (var batch in Batches(lines))
        {
            (var outcome, caseId) = await grains.SendCallAsync(caseId, new HearCall(call.Id, call.Epoch, batch), context, cancellationToken);
            if (!outcome.Succeeded)
            {
                return (null, CallBindings.RefusalOf(outcome.Error));
            }
        }

        var facts = new FileFacts(node, request.Parameters.Model ?? "default", (long)Math.Round(seconds * 1000));
        _ = await bindings.Parts.Recorder.FinishAsync(call.OrgId, call.Id, facts, cancellationToken);
        return (call.Id, null);
    }

    private static IEnumerable<ImmutableArray<CallLine>> Batches(ImmutableArray<CallLine> lines)
    {
        var (begin, length) = (0, 0);
        for (var index = 0; index < lines.Length; index++)
        {
            var more = lines[index].Text.Length;
            if (index - begin == Switchboard.Limits.CallLinesAtOnce || (length + more > Switchboard.Limits.CallTextAtOnce && index > begin))
            {
                yield return lines[begin..index];
                (begin, length) = (index, 0);
            }

            length += more;
        }

        if (begin < lines.Length)
        {
            yield return lines[begin..];
        }
    }
}
