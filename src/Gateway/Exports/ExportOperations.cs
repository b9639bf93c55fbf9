using System.Buffers;
using System.Collections.Immutable;
using System.IO.Pipelines;
using Switchboard.Cases;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Search;
using Switchboard.Grains.Timeline;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Exports;

/// <summary>
/// Carries all cases of a query away, however many: read part by part with the position of the last one, written as they are read. A client
/// that takes nothing is waited for, one that has gone stops the query.
/// </summary>
internal sealed class ExportOperations(ICaseSearch search, ITimelineReader timelines, ProjectGate gate, People people) : IApiOperations
{
    private const int Part = 500;

    /// <summary>Timelines are long.</summary>
    private const int PartWithTimelines = 50;

    private static readonly TextParameter Filter = new("filter", Parameter.InQuery, SearchLimits.MaxLength)
    {
        Description = "A query in the search language; all cases that are not archived if absent.",
    };

    private static readonly ChoiceParameter Format = new("format", ["ndjson", "csv"], "ndjson")
    {
        Description = "ndjson: a case on each line, which can be imported again. csv: a row for each, for spreadsheets (text/csv).",
    };

    private static readonly ChoiceParameter Include = new("include", ["timeline"])
    {
        Description = "timeline: with ndjson, what happened to each case.",
    };

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ExportCases",
            Method = "GET",
            Path = "/api/v2/cases/export",
            Tag = "Case Management",
            Summary = "Export cases",
            Description = "All cases that match, newest first. Every case has the same members; what is unset is null, or empty in csv.",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [Filter, Format, Include],
            Response = ExportSchemas.Line,
            StreamType = MediaTypes.JsonLines,
            Refusals = [400, 401, 403, 429],
            Handle = ExportAsync,
        },
    ];

    private async ValueTask ExportAsync(ApiRequest request)
    {
        var parsed = SearchParser.Parse(request.Get(Filter));
        if (parsed.Error is { } error)
        {
            await request.RefuseAsync(error.ToDomainError());
            return;
        }

        var csv = request.Get(Format) == "csv";
        var withTimelines = !csv && request.Get(Include) is not null;
        var next = new CaseWalkRequest(request.OrgId, request.Principal.UserId, parsed.Query!, null, withTimelines ? PartWithTimelines : Part);

        // The first part is read before the answer begins, so that a query that cannot be run is refused.
        var part = await search.WalkAsync(next, request.Aborted);
        if (!part.Succeeded)
        {
            await request.RefuseAsync(part.Error);
            return;
        }

        var body = csv ? request.BeginStream("cases.csv", MediaTypes.Csv) : request.BeginStream("cases.ndjson");
        if (csv)
        {
            CaseCsv.WriteHead(body);
        }

        while (true)
        {
            await (csv ? WriteRowsAsync(body, request, part.Value.Cases) : WriteLinesAsync(body, request, part.Value.Cases, withTimelines));
            await body.FlushAsync(request.Aborted);
            if (part.Value.Next is null)
            {
                return;
            }

            part = await search.WalkAsync(next with { After = part.Value.Next }, request.Aborted);
            if (!part.Succeeded)
            {
                throw new TimeoutException($"An export stopped in the middle: {part.Error.Detail}");
            }
        }
    }

    private async Task WriteLinesAsync(PipeWriter body, ApiRequest request, ImmutableArray<CaseSnapshot> cases, bool withTimelines)
    {
        var cells = withTimelines && !cases.IsEmpty
            ? (await timelines.ListOfCasesAsync(
                request.OrgId, [.. cases.Select(static one => one.Id)], (await gate.ScopeAsync(request)).Hidden, request.Aborted)).ToLookup(static cell => cell.CaseId)
            : null;
        foreach (var one in cases)
        {
            body.Write(ReplyBuffer.Render(
                (Case: one, Cells: cells?[one.Id]), static (json, line) => ExportJson.Write(json, line.Case, line.Cells)));
            body.Write("\n"u8);
        }
    }

    private async Task WriteRowsAsync(PipeWriter body, ApiRequest request, ImmutableArray<CaseSnapshot> cases)
    {
        var emails = new Dictionary<Guid, string>();
        foreach (var id in cases.SelectMany(static one => (Guid?[])[one.CreatedBy, one.ModifiedBy, one.AssigneeId]).OfType<Guid>().Distinct())
        {
            emails[id] = (await people.FindAsync(request.OrgId, id))?.Email ?? "";
        }

        foreach (var one in cases)
        {
            CaseCsv.WriteRow(body, one, emails);
        }
    }
}
