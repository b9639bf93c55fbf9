using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Orleans;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Cases;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Search;
using Switchboard.Orgs;
using Switchboard.Projects;

namespace Switchboard.Gateway.Findings;

/// <summary>
/// Makes cases of security findings, and moves findings from case to case: a finding is attached to one case at a time, as an insight of that
/// case. The findings themselves are kept elsewhere; nothing is known of them here but their ids.
/// </summary>
internal sealed class FindingOperations(IGrainFactory grains, CaseLookup cases, ICaseSearch search, ProjectGate gate) : IApiOperations
{
    private const string Tag = "Security Monitoring";
    private const string Path = "/api/v2/security/findings/cases";
    private const string Insight = "SECURITY_FINDING";
    private const int LongestId = 200;

    /// <summary>As many as a query has room for.</summary>
    private const int SearchedTogether = 15;

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/.:");

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "CreateCases",
            Method = "POST",
            Path = Path,
            Tag = Tag,
            Summary = "Create cases for security findings",
            Description = "At most 50 cases of at most 50 findings each. A finding that is attached to another case is taken from it.",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Body = FindingShapes.Create,
            Success = 201,
            Response = FindingShapes.CasesResponse,
            Handle = CreateAsync,
        },
        new()
        {
            Id = "DetachCase",
            Method = "DELETE",
            Path = Path,
            Tag = Tag,
            Summary = "Detach security findings from their case",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Body = FindingShapes.Detach,
            Success = 204,
            Handle = DetachAsync,
        },
        new()
        {
            Id = "AttachCase",
            Method = "PATCH",
            Path = Path + "/{case_id}",
            Tag = Tag,
            Summary = "Attach security findings to a case",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [CaseLookup.CaseId],
            Body = FindingShapes.Attach,
            Response = FindingShapes.CaseResponse,
            Handle = AttachAsync,
        },
    ];

    private async ValueTask CreateAsync(ApiRequest request)
    {
        var wanted = ImmutableArray.CreateBuilder<(OpenCase Open, ImmutableArray<string> Findings)>();
        foreach (var item in request.Body.Items)
        {
            _ = FindingShapes.Create.ReadResource(item, out var body);
            var findings = FindingsOf(body);
            if (findings.Refusal is { } bad)
            {
                await request.RefuseAsync(bad);
                return;
            }

            wanted.Add((OpeningOf(body, findings.Value!.Length), [.. findings.Value]));
        }

        foreach (var one in wanted)
        {
            if (await gate.CheckProjectAsync(request, one.Open.ProjectId, ProjectRelation.Contributor) is { } closed)
            {
                await request.RefuseAsync(closed);
                return;
            }

            if (await RefusalAsync(request.OrgId, one.Open) is { } refusal)
            {
                await request.RefuseAsync(refusal);
                return;
            }
        }

        var made = new List<CaseSnapshot>(wanted.Count);
        for (var i = 0; i < wanted.Count; i++)
        {
            // The same again for a repetition with the same idempotency key; what was made then is not made twice.
            var id = request.Idempotency is null ? Guid.CreateVersion7() : Part(request.NewId(), i);
            var outcome = await cases.Of(request.OrgId, id).ExecuteAsync(wanted[i].Open, request.Command with { Idempotency = null });
            if (!outcome.Succeeded && !(outcome.Error.Kind == ErrorKind.Conflict && request.Idempotency is not null))
            {
                await request.RefuseAsync(outcome.Error);
                return;
            }

            var attached = await AttachToAsync(request, id, wanted[i].Findings);
            if (!attached.Succeeded)
            {
                await request.RefuseAsync(attached.Error);
                return;
            }

            made.Add(attached.Value);
        }

        await request.SendAsync(made, FindingJson.WriteList);
    }

    private async ValueTask AttachAsync(ApiRequest request)
    {
        var findings = FindingsOf(request.Body);
        if (findings.Refusal is { } bad)
        {
            await request.RefuseAsync(bad);
            return;
        }

        if (await cases.FindAsync(request) is not { } grain || await grain.GetAsync() is not { } found)
        {
            await request.RefuseAsync(CaseLookup.NotFound);
            return;
        }

        var outcome = await AttachToAsync(request, found.Id, [.. findings.Value!]);
        await (outcome.Succeeded ? request.SendAsync(outcome.Value, FindingJson.WriteDocument) : request.RefuseAsync(outcome.Error));
    }

    private async ValueTask DetachAsync(ApiRequest request)
    {
        var findings = FindingsOf(request.Body);
        if (findings.Refusal is { } bad)
        {
            await request.RefuseAsync(bad);
            return;
        }

        await (await DetachFromAsync(request, null, [.. findings.Value!]) is { } refused ? request.RefuseAsync(refused) : request.DoneAsync());
    }

    private async ValueTask<Outcome<CaseSnapshot>> AttachToAsync(ApiRequest request, Guid caseId, ImmutableArray<string> findings) =>
        await DetachFromAsync(request, caseId, findings) is { } refused
            ? refused
            : await cases.Of(request.OrgId, caseId).ExecuteAsync(
                new AddInsights([.. findings.Select(static id => new CaseInsight(Insight, $"/security/findings/{Uri.EscapeDataString(id)}", id))]),
                request.Command with { Idempotency = null });

    /// <summary>Takes findings from the cases that they are attached to, but for one.</summary>
    private async ValueTask<DomainError?> DetachFromAsync(ApiRequest request, Guid? except, ImmutableArray<string> findings)
    {
        var scope = await gate.ScopeAsync(request);
        foreach (var some in findings.Chunk(SearchedTogether))
        {
            var named = string.Join(" OR ", some.Select(static id => $"insight:\"{Insight}:{id}\""));
            var query = SearchParser.Parse($"({named}) (is_archived:true OR is_archived:false)").Query!;
            var found = await search.SearchAsync(
                new CaseSearchRequest(request.OrgId, request.Principal.UserId, query, CaseSort.CreatedAt, Ascending: true, SearchLimits.MaxPageSize, 1), request.Aborted);
            if (!found.Succeeded)
            {
                return found.Error;
            }

            foreach (var holder in found.Value.Cases.Where(one => one.Id != except))
            {
                // The search does not tell capitals from small letters.
                var theirs = holder.Details.Insights.Where(one => one.Type == Insight && some.Contains(one.ResourceId, StringComparer.Ordinal)).ToImmutableArray();
                if (!theirs.IsEmpty && scope.Of(holder.ProjectId) < ProjectRelation.Contributor)
                {
                    return DomainError.Forbidden("a finding is attached to a case of a project that you are not a contributor to");
                }

                var outcome = theirs.IsEmpty
                    ? null
                    : await cases.Of(request.OrgId, holder.Id).ExecuteAsync(new RemoveInsights(theirs), request.Command with { Idempotency = null });
                if (outcome?.Error is { } refused)
                {
                    return refused;
                }
            }
        }

        return null;
    }

    private async ValueTask<DomainError?> RefusalAsync(Guid orgId, OpenCase open)
    {
        if (await grains.GetGrain<IProjectGrain>(GrainKeys.Of(orgId, open.ProjectId)).GetAsync() is null)
        {
            return DomainError.NotFound("project not found");
        }

        return open.AssigneeId is { } assignee && await grains.GetGrain<IUserGrain>(GrainKeys.Of(orgId, assignee)).GetAsync() is null
            ? DomainError.NotFound("user not found")
            : null;
    }

    private static OpenCase OpeningOf(ResourceBody body, int findings) => new(
        body.Get(FindingShapes.Project)!.Value,
        CaseTypes.Security.Id,
        body.Get(FindingShapes.Title) ?? (findings == 1 ? "A security finding" : $"{findings} security findings"),
        body.Get(CaseShapes.NewDescription) ?? "",
        body.Get(CaseShapes.NewPriority) ?? CasePriority.NotDefined,
        null,
        body.Get(FindingShapes.AssigneeId),
        ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty,
        "CS_SECURITY_FINDING");

    private static Either<string[]> FindingsOf(ResourceBody body)
    {
        var ids = body.GetTexts(FindingShapes.Findings).Distinct(StringComparer.Ordinal).ToArray();
        if (ids.Length is 0 or > Switchboard.Limits.FindingsOfCase)
        {
            return ApiError.BadRequest($"relationship \"findings\" has {ids.Length} findings; 1 to {Switchboard.Limits.FindingsOfCase} are allowed");
        }

        return ids.FirstOrDefault(static id => id.Length is 0 or > LongestId || id.AsSpan().ContainsAnyExcept(IdCharacters)) is { } bad
            ? ApiError.BadRequest($"{Quoted.Cut(bad)} is not the id of a finding")
            : ids;
    }

    private static Guid Part(Guid id, int number)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.ASCII.GetBytes($"{id:N} {number}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
