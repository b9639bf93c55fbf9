using Switchboard.Cases;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;
using Switchboard.Orgs;
using Switchboard.Projects;

namespace Switchboard.Gateway.Cases;

/// <summary>Merges duplicates into other cases, and undoes that. Ours: of merges the public contract has a case's <c>merge_status</c> only.</summary>
internal sealed class MergeOperations(CaseLookup cases, ProjectGate gate) : IApiOperations
{
    private const string Tag = "Case Management";

    private static readonly UuidField IntoId = new("into_id", Required: true) { Description = "The case that stays." };

    private static readonly ResourceShape Merge = new("CaseMergeRequest", CaseShapes.Type) { Attributes = [IntoId] };

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "MergeCase",
            Method = "POST",
            Path = "/api/v2/cases/{case_id}/merge",
            Tag = Tag,
            Summary = "Merge a case into another",
            Description = "Closes the case as a duplicate, archives it and leads whoever asks for it to the other one, which gets its watchers, insights, links and timeline. Answers with the other one.",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [CaseLookup.CaseId],
            Body = Merge,
            Response = CaseSchemas.CaseResponse,
            Handle = request => ExecuteAsync(request, new MergeInto(request.Body.Get(IntoId)!.Value)),
        },
        new()
        {
            Id = "UnmergeCase",
            Method = "POST",
            Path = "/api/v2/cases/{case_id}/unmerge",
            Tag = Tag,
            Summary = "Undo the merge of a case",
            Description = "The case is what it was before, and the other one gives back what only this one brought. Answers with the case.",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [CaseLookup.CaseId],
            Body = CaseShapes.Empty,
            Response = CaseSchemas.CaseResponse,
            Handle = request => ExecuteAsync(request, new UndoMerge()),
        },
    ];

    private async ValueTask ExecuteAsync(ApiRequest request, MergeCommand command)
    {
        if (await cases.FindAsync(request) is not { } grain)
        {
            await request.RefuseAsync(CaseLookup.NotFound);
            return;
        }

        // Both cases change, so both must be the caller's to change.
        var other = command is MergeInto merge ? merge.IntoId : (await grain.GetAsync())?.Details.Merged?.CaseId;
        if (other is { } id && await gate.CheckCaseAsync(request, id, ProjectRelation.Contributor) is { } closed)
        {
            await request.RefuseAsync(closed);
            return;
        }

        var outcome = await grain.MergeAsync(command, request.Command);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        request.NoteReplay(outcome.Replayed);
        await cases.SendAsync(request, outcome.Value);
    }
}
