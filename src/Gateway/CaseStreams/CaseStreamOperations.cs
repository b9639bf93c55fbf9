using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Cases;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Access;
using Switchboard.Grains.CaseStreams;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.PublicEvents;
using Switchboard.Grains.Search;
using Switchboard.Orgs;

namespace Switchboard.Gateway.CaseStreams;

/// <summary>Tells connected clients what happens to cases, as it happens.</summary>
internal sealed class CaseStreamOperations(
    ICaseEventLog log,
    CaseLookup cases,
    CaseTail tail,
    StreamNames names,
    ProjectAccess access,
    Authenticator authenticator,
    CaseStreamInstruments instruments,
    IHostApplicationLifetime lifetime,
    IOptions<CaseStreamOptions> options,
    TimeProvider time) : IApiOperations
{
    private const string LastEventIdHeader = "Last-Event-ID";

    private static readonly TextParameter Filter = new("filter", Parameter.InQuery, SearchLimits.MaxLength)
    {
        Description = "A query in the search language: changes of cases that match it, or matched it before the change.",
    };

    private static readonly TextParameter LastEventId = new("last_event_id", Parameter.InQuery, PositionText.MostLength)
    {
        Description = "The id of the last event that was seen; the stream goes on after it. The header Last-Event-ID means the same.",
    };

    private static readonly AccessRule Access = AccessRule.Needs(Permissions.CasesRead);

    public IEnumerable<ApiOperation> Operations => [AllCases];

    /// <summary>Changes of all cases, or of those that match a query.</summary>
    public ApiOperation AllCases => new()
    {
        Id = "StreamCases",
        Method = "GET",
        Path = "/api/v2/cases/stream",
        Tag = "Case Management",
        Summary = "Stream changes of cases",
        Description = "Server-sent events, or a WebSocket when the request asks for one (Upgrade: websocket).",
        Access = Access,
        Parameters = [Filter, LastEventId],
        Response = CaseStreamSchemas.Event,
        StreamType = EventStreamTransport.MediaType,
        Refusals = [400, 401, 403, 429],
        Handle = StreamAsync,
    };

    /// <summary>Changes of one case, for doors that have no query language in their paths; REST has none.</summary>
    public ApiOperation OneCase => new()
    {
        Id = "StreamCase",
        Method = "GET",
        Path = "/api/v2/cases/{case_id}/stream",
        Tag = "Case Management",
        Summary = "Stream changes of a case",
        Access = Access,
        Parameters = [CaseLookup.CaseId, LastEventId],
        Handle = StreamCaseAsync,
    };

    private async ValueTask StreamAsync(ApiRequest request)
    {
        var filter = StreamFilter.Of(request.Get(Filter), request.Principal.UserId, names, access, time);
        await (filter.Succeeded ? AdmitAsync(request, filter.Value) : request.RefuseAsync(filter.Error));
    }

    private async ValueTask StreamCaseAsync(ApiRequest request)
    {
        var grain = await cases.FindAsync(request);
        var found = grain is null ? null : await grain.GetAsync(request.Aborted);
        await (found is null
            ? request.RefuseAsync(CaseLookup.NotFound)
            : AdmitAsync(request, StreamFilter.OfCase(found.Id, request.Principal.UserId, names, access, time)));
    }

    private async ValueTask AdmitAsync(ApiRequest request, StreamFilter filter)
    {
        FeedPosition? resume = null;
        var given = request.Get(LastEventId) is { Length: > 0 } parameter ? parameter : request.Http.Request.Headers[LastEventIdHeader].ToString();
        if (given.Length > 0)
        {
            if (!PositionText.TryParse(given, out var position))
            {
                await request.RefuseAsync(ApiError.BadRequest(
                    $"\"{Quoted.Cut(given)}\" is not the id of an event; send the id of the last event that was seen, or none to begin now"));
                return;
            }

            resume = position;
        }

        if (!instruments.TryOpen(request.OrgId, options.Value.ConnectionsPerOrganisation))
        {
            await request.RefuseAsync(TooMany);
            return;
        }

        try
        {
            await ServeAsync(request, filter, resume);
        }
        finally
        {
            instruments.Close(request.OrgId);
        }
    }

    private async ValueTask ServeAsync(ApiRequest request, StreamFilter filter, FeedPosition? resume)
    {
        var http = request.Http;
        if (request is IStreamRequest { Transport: { } given })
        {
            await using var watch = NewWatch(http);
            await using var left = request.Aborted.UnsafeRegister(static one => ((StreamWatch)one!).End(StreamEnd.ClientLeft), watch);
            if (!await NewSession(request, filter, given).RunAsync(resume, watch))
            {
                http.Abort();
            }
        }
        else if (http.WebSockets.IsWebSocketRequest)
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            var transport = new WebSocketTransport(socket);
            await using var watch = NewWatch(http);
            var draining = transport.DrainAsync(http.RequestAborted);
            _ = draining.ContinueWith(
                _ => watch.End(StreamEnd.ClientLeft), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            if (!await NewSession(request, filter, transport).RunAsync(resume, watch))
            {
                http.Abort();
            }
        }
        else
        {
            var transport = new EventStreamTransport(http, options.Value.Retry);
            await transport.OpenAsync(request.Aborted);
            await using var watch = NewWatch(http);
            if (!await NewSession(request, filter, transport).RunAsync(resume, watch))
            {
                http.Abort();
            }
        }
    }

    private StreamWatch NewWatch(HttpContext http) => new(http, Access, authenticator, lifetime, options, time);

    private CaseStreamSession NewSession(ApiRequest request, StreamFilter filter, IStreamTransport transport) =>
        new(request.OrgId, filter, transport, log, tail, instruments, options, time);

    private ApiError TooMany => new(
        StatusCodes.Status429TooManyRequests,
        ErrorShape.Status,
        "Too Many Requests",
        $"the organization has {options.Value.ConnectionsPerOrganisation} streams open already; close one, or connect again later")
    {
        RetryAfterSeconds = 5,
    };
}
