using Orleans;
using Switchboard.Cases;
using Switchboard.Commands;

namespace Switchboard.Grains.Speech.Calls;

/// <summary>Brings commands on a call to the case that has it now.</summary>
public static class CallRoute
{
    /// <summary>Sends a command to a case, or to the one that it was merged into meanwhile.</summary>
    /// <returns>The answer, and the case that gave it.</returns>
    public static async ValueTask<(Outcome<CaseCall> Outcome, Guid CaseId)> SendCallAsync(
        this IGrainFactory grains, Guid caseId, CallCommand command, CommandContext context, CancellationToken cancellationToken = default)
    {
        for (var steps = 0; ; steps++)
        {
            var outcome = await grains.GetGrain<ICaseGrain>(GrainKeys.Of(context.OrgId, caseId)).CallAsync(command, context, cancellationToken);
            if (outcome.Error is not { Kind: ErrorKind.Conflict } || steps == Switchboard.Limits.MergedCases
                || (await grains.GetGrain<ICaseGrain>(GrainKeys.Of(context.OrgId, caseId)).GetAsync(cancellationToken))?.Details.Merged is not { } into)
            {
                return (outcome, caseId);
            }

            caseId = into.CaseId;
        }
    }
}
