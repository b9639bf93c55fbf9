using System.Collections.Immutable;
using Microsoft.AspNetCore.WebUtilities;
using Switchboard.Commands;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Audit;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Audit;

/// <summary>Shows the audit log, lets it be carried away whole, and says whether it is as it was written.</summary>
internal sealed class AuditOperations(IAuditLog log, People people, TimeProvider time) : IApiOperations
{
    private const string Tag = "Audit";
    private const string EventsPath = "/api/v2/audit/events";
    private const int ExportPiece = 500;
    private static readonly byte[] NewLine = [(byte)'\n'];

    private static readonly TextParameter Query = new("filter[query]", Parameter.InQuery, 1_000)
    {
        Description = $"Conditions that all must hold, as key:value with the keys {AuditTerms.Keys}; @evt.name may end with *.",
    };

    private static readonly MomentParameter From = new("filter[from]") { Description = "Nothing that was recorded before this time; RFC 3339, milliseconds, or now-15m." };

    private static readonly MomentParameter To = new("filter[to]") { Description = "Nothing that was recorded at this time or later." };

    private static readonly ChoiceParameter Sort = new("sort", ["timestamp", "-timestamp"], "-timestamp") { Description = "Newest first is the default." };

    private static readonly TextParameter Cursor = new("page[cursor]", Parameter.InQuery, 100) { Description = "meta.page.after of the page before." };

    private static readonly IntegerParameter Limit = new("page[limit]", 1, 1_000, 10) { Description = "Entries a page." };

    private static readonly IntegerParameter After = new("from[number]", 1, int.MaxValue, 1)
    {
        Description = "The first entry to be checked; the hash of the one before it is taken as right.",
    };

    private static readonly IntegerParameter Most = new("limit", 1, 1_000_000, 100_000) { Description = "The most entries to check in each chain." };

    private static readonly IntegerParameter KnownNumber = new("known[number]", 1, int.MaxValue, 1)
    {
        Description = "The number of an entry whose hash was noted earlier.",
    };

    private static readonly TextParameter KnownHash = new("known[hash]", Parameter.InQuery, 64)
    {
        Description = "The hash that it had, 64 hexadecimal digits: a chain that was written anew does not have it.",
    };

    private static readonly ChoiceParameter Service = new("service", ["case-management", "on-call"]) { Description = "Only this tenant's chain." };

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ListAuditLogs",
            Method = "GET",
            Path = EventsPath,
            Tag = Tag,
            Summary = "Get a list of audit logs events",
            Access = AccessRule.Needs(Permissions.AuditLogsRead),
            Parameters = [Query, From, To, Sort, Cursor, Limit],
            Response = AuditSchemas.EventsResponse,
            Refusals = [400, 401, 403, 429],
            MediaType = MediaTypes.Json,
            Handle = ListAsync,
        },
        new()
        {
            Id = "ExportAuditLogs",
            Method = "GET",
            Path = "/api/v2/audit/export",
            Tag = Tag,
            Summary = "Export audit logs events",
            Description = "Everything that matches, one event a line, each as in the list.",
            Access = AccessRule.Needs(Permissions.AuditLogsRead),
            Parameters = [Query, From, To, Sort],
            Response = AuditSchemas.Event,
            Refusals = [400, 401, 403, 429],
            MediaType = MediaTypes.Json,
            StreamType = MediaTypes.JsonLines,
            Handle = ExportAsync,
        },
        new()
        {
            Id = "VerifyAuditLogs",
            Method = "GET",
            Path = "/api/v2/audit/verify",
            Tag = Tag,
            Summary = "Verify the audit log",
            Description = "Follows the chain of hashes. Note the head elsewhere: with known[number] and known[hash] a later check also finds a chain that was written anew.",
            Access = AccessRule.Needs(Permissions.AuditLogsRead),
            Parameters = [Service, After, Most, KnownNumber, KnownHash],
            Response = AuditSchemas.VerifyResponse,
            Refusals = [400, 401, 403, 429],
            MediaType = MediaTypes.Json,
            Handle = VerifyAsync,
        },
    ];

    private async ValueTask ListAsync(ApiRequest request)
    {
        var started = time.GetTimestamp();
        var limit = request.Get(Limit);
        var query = QueryOf(request, limit + 1);
        if (query.Refusal is { } refusal)
        {
            await request.RefuseAsync(refusal);
            return;
        }

        if (request.Get(Cursor) is { Length: > 0 } cursor)
        {
            if (!AuditCursor.TryRead(cursor, out var place))
            {
                await request.RefuseAsync(ApiError.InvalidParameter(Cursor.Name, Cursor.Place, "expected meta.page.after of the page before"));
                return;
            }

            query = query.Value! with { After = place };
        }

        var found = await log.ListAsync(query.Value!, request.Aborted);
        var page = found.Length > limit ? found[..limit] : found;
        var after = found.Length > limit ? AuditCursor.Of(page[^1]) : null;
        await request.SendAsync(
            new AuditJson.Page(
                page, await PeopleOfAsync(request, page), request.Id, time.GetElapsedTime(started), after is null ? null : NextOf(request, after), after),
            AuditJson.WritePage);
    }

    private async ValueTask ExportAsync(ApiRequest request)
    {
        var either = QueryOf(request, ExportPiece);
        if (either.Refusal is { } refusal)
        {
            await request.RefuseAsync(refusal);
            return;
        }

        // The first piece is read before the answer begins, so that a database that is away is a 503.
        var query = either.Value!;
        var piece = await log.ListAsync(query, request.Aborted);
        var body = request.BeginStream("audit.ndjson");
        while (true)
        {
            var resolved = await PeopleOfAsync(request, piece);
            foreach (var entry in piece)
            {
                Write(body, entry, resolved);
            }

            await body.FlushAsync(request.Aborted);
            if (piece.Length < ExportPiece)
            {
                return;
            }

            query = query with { After = new AuditPlace(piece[^1].RecordedAt, piece[^1].EventId) };
            piece = await log.ListAsync(query, request.Aborted);
        }
    }

    private async ValueTask VerifyAsync(ApiRequest request)
    {
        (long, ImmutableArray<byte>)? known = null;
        if (request.Get(KnownHash) is { Length: > 0 } text)
        {
            if (text.Length != 64 || !text.All(char.IsAsciiHexDigit))
            {
                await request.RefuseAsync(ApiError.InvalidParameter(KnownHash.Name, KnownHash.Place, "expected 64 hexadecimal digits"));
                return;
            }

            if (request.Get(Service) is null)
            {
                await request.RefuseAsync(ApiError.InvalidParameter(Service.Name, Service.Place, "it is required beside known[hash]: each tenant has a chain of its own"));
                return;
            }

            known = (request.Get(KnownNumber), [.. Convert.FromHexString(text)]);
        }

        var reports = await log.VerifyAsync(
            new AuditCheck(request.OrgId, request.Get(After) - 1L, request.Get(Most)) { Tenant = request.Get(Service), Known = known }, request.Aborted);
        await request.SendAsync(reports, AuditJson.WriteReports);
    }

    private Either<AuditQuery> QueryOf(ApiRequest request, int limit)
    {
        var now = time.GetUtcNow();
        return AuditTerms.Narrow(
            new AuditQuery(request.OrgId, limit)
            {
                From = request.Get(From, now),
                To = request.Get(To, now),
                Ascending = request.Get(Sort) == "timestamp",
            },
            request.Get(Query));
    }

    private ValueTask<People.Resolved> PeopleOfAsync(ApiRequest request, ImmutableArray<AuditEntry> entries) => people.FindAllAsync(
        request.OrgId, [.. entries.Where(static entry => entry.Actor.Kind == ActorKind.User).Select(static entry => entry.Actor.Id).Distinct()]);

    private static void Write(System.IO.Pipelines.PipeWriter body, AuditEntry entry, People.Resolved resolved)
    {
        var line = ReplyBuffer.Render((entry, resolved), static (json, one) => AuditJson.WriteEntry(json, one.entry, one.resolved));
        System.Buffers.BuffersExtensions.Write(body, line);
        System.Buffers.BuffersExtensions.Write(body, NewLine);
    }

    private static string NextOf(ApiRequest request, string after)
    {
        var parameters = new Dictionary<string, string?> { [Cursor.Name] = after };
        foreach (var parameter in (Parameter[])[Query, From, To, Sort, Limit])
        {
            if (request.TextOf(parameter) is { Length: > 0 } text)
            {
                parameters[parameter.Name] = text;
            }
        }

        return QueryHelpers.AddQueryString(EventsPath, parameters);
    }
}
