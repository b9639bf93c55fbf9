using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Cases;
using Switchboard.Gateway.Speech.Callbacks;
using Switchboard.Gateway.Speech.Callbacks.Live;
using Switchboard.Gateway.Speech.Calls;
using Switchboard.Gateway.Speech.Wire;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Speech;

namespace Switchboard.Gateway.Speech.Listen;

/// <summary>
/// <c>GET /v1/listen</c>: admits a live session, or refuses it with a plain answer before the upgrade; or brings a client back to the
/// session that it was in.
/// </summary>
internal sealed class LiveEndpoint(
    ISpeechKeys keys,
    ISpeechSlots slots,
    LiveSessions sessions,
    LiveParts parts,
    CallBindings bindings,
    LiveCallbacks callbacks,
    IOptions<ListenOptions> options,
    ILogger<LiveSession> log)
{
    private const string SessionHeader = "dg-session-id";
    private const string CallHeader = "dg-call-id";
    private const string WarningHeader = "dg-warning";
    private const string OffsetHeader = "dg-session-offset";

    private static readonly SpeechError NotAWebSocket = new(
        400, "Bad Request", "Bad Request: a live stream is opened with a WebSocket upgrade; send a file with POST");

    /// <summary>Serves a request on one of the paths.</summary>
    public async Task InvokeAsync(HttpContext http, string path)
    {
        var request = ListenRequest.Begin(http);
        try
        {
            var admission = await AdmitAsync(request, DialectOf(path));
            if (admission.Refusal is { } refusal)
            {
                parts.Instruments.Refused(refusal.Status);
                await request.RefuseAsync(refusal);
                return;
            }

            await ServeAsync(request, admission);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Gone before it was admitted.
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            log.RequestFailed(request.Id, error);
            await request.RefuseAsync(error is StorageUnavailableException or TimeoutException ? SpeechError.Unavailable : SpeechError.Internal);
        }
    }

    private ListenDialect DialectOf(string path) => path == ListenRoutes.Main
        ? new ListenDialect { Live = true, InterimResults = options.Value.InterimResults }
        : new ListenDialect
        {
            Live = true,
            InterimResults = options.Value.InterimResultsOnAliases,
            Encoding = path == ListenRoutes.Pcm ? AudioEncodings.Linear16 : null,
        };

    private async Task<Admission> AdmitAsync(ListenRequest request, ListenDialect dialect)
    {
        if (await request.ReadAsync(keys, dialect) is { } refusal)
        {
            return refusal;
        }

        if (!request.Http.WebSockets.IsWebSocketRequest)
        {
            return NotAWebSocket;
        }

        if (sessions.IsDraining)
        {
            return SpeechError.Unavailable;
        }

        if (Impossible(request.Parameters) is { } impossible)
        {
            return impossible;
        }

        if (!request.Parameters.Unsupported.IsEmpty)
        {
            request.Http.Response.Headers[WarningHeader] = $"not done: {string.Join(", ", request.Parameters.Unsupported)}";
        }

        return request.Parameters.SessionId is { } session
            ? await ResumeAsync(request, session, request.Parameters.Offset ?? 0)
            : await OpenAsync(request);
    }

    private SpeechError? Impossible(ListenParameters parameters)
    {
        var resumes = parameters.Resume || parameters.SessionId is not null;
        if (resumes && parameters.Callback is not null)
        {
            return SpeechError.InvalidParameter(
                "resume: a client whose results go to a callback cannot tell how far they came; leave out resume or callback");
        }

        if (resumes && !new AudioClock(parameters).IsExact)
        {
            return SpeechError.InvalidParameter("resume: it needs audio whose bytes tell the time; set encoding to linear16, linear32, mulaw or alaw");
        }

        return parts.Pools.Refusal(OpusStream.InContainer(parameters), live: true);
    }

    private async Task<Admission> OpenAsync(ListenRequest request)
    {
        var (target, unbound) = await bindings.FindAsync(request.Caller, request.Parameters, request.Http.RequestAborted);
        if (unbound is not null)
        {
            return unbound;
        }

        var grant = await request.AcquireAsync(slots, SpeechSlotKind.Live, request.Id);
        if (grant.Slot is not { } slot)
        {
            return grant.Refusal ?? SpeechError.TooManyRequests;
        }

        LiveCallback? callback = null;
        ILiveEngine? engine = null;
        LiveSession? session = null;
        try
        {
            (callback, var notCalled) = await callbacks.OpenAsync(request.Caller, request.Id, request.Parameters, request.Http.RequestAborted);
            if (notCalled is not null)
            {
                return notCalled;
            }

            var opening = await parts.Pools.OpenAsync(
                new EngineRequest(request.Caller.OrgId, request.Id, OpusStream.InContainer(request.Parameters)), [], request.Http.RequestAborted);
            if (opening.Engine is null)
            {
                return opening.Refusal ?? SpeechError.Unavailable;
            }

            engine = opening.Engine;
            CaseCall? call = null;
            if (target is not null)
            {
                (call, unbound) = await bindings.StartAsync(request.Caller, target, request.Id, isFile: false, request.Http.RequestAborted);
                if (unbound is not null)
                {
                    return unbound;
                }
            }

            var opened = await Grain(request.Caller.OrgId, request.Id).OpenAsync(RowOf(request, call), engine.Node, request.Http.RequestAborted);
            if (opened.Value is not { } row)
            {
                return SpeechError.Internal;
            }

            var writer = call is null ? null : bindings.WriterOf(call, row, request.Parameters, request.Caller);
            session = new LiveSession(parts, new LiveStart(row, request.Parameters, slot, keys.Watch(request.Caller), 0, writer, callback));
        }
        finally
        {
            if (session is null)
            {
                await GiveUpAsync(engine, callback, slot);
            }
        }

        return new Admission(session, engine, Offset: 0);
    }

    private async Task<Admission> ResumeAsync(ListenRequest request, Guid id, long offset)
    {
        var orgId = request.Caller.OrgId;
        if (sessions.Find(orgId, id) is { } here)
        {
            return here.ResumeRefusal(offset) is { } impossible ? impossible : new Admission(here, Engine: null, offset);
        }

        // Another process had it, and may be dead: its row tells what was accepted, and the client what it has got results for.
        if (offset % new AudioClock(request.Parameters).FrameBytes != 0)
        {
            return SpeechError.InvalidParameter("offset: it must lie at the border of two samples");
        }

        var taken = await Grain(orgId, id).TakeOverAsync(request.Http.RequestAborted);
        if (taken.Value is not { } row)
        {
            return SpeechError.InvalidParameter($"session_id: {taken.Error?.Detail ?? taken.Error?.Title}");
        }

        var grant = await request.AcquireAsync(slots, SpeechSlotKind.Live, id);
        if (grant.Slot is not { } slot)
        {
            return grant.Refusal ?? SpeechError.TooManyRequests;
        }

        ILiveEngine? engine = null;
        LiveSession? session = null;
        try
        {
            var opening = await parts.Pools.OpenAsync(new EngineRequest(orgId, id, request.Parameters), [], request.Http.RequestAborted);
            if (opening.Engine is null)
            {
                return opening.Refusal ?? SpeechError.Unavailable;
            }

            engine = opening.Engine;
            var writer = await bindings.ResumeAsync(request.Caller, row, request.Parameters, request.Http.RequestAborted);
            session = new LiveSession(parts, new LiveStart(row, request.Parameters, slot, keys.Watch(request.Caller), offset, writer));
        }
        finally
        {
            if (session is null)
            {
                await GiveUpAsync(engine, callback: null, slot);
            }
        }

        parts.Instruments.Resumed();
        return new Admission(session, engine, offset);
    }

    private async Task ServeAsync(ListenRequest request, Admission admission)
    {
        var (session, engine) = (admission.Session!, admission.Engine);
        var headers = request.Http.Response.Headers;
        headers["dg-request-id"] = session.Id.ToString();
        headers[SessionHeader] = session.Id.ToString();
        if (session.CallId is { } call)
        {
            headers[CallHeader] = call.ToString();
        }

        if (request.Parameters.SessionId is not null)
        {
            headers[OffsetHeader] = session.Audio.Written.ToString(CultureInfo.InvariantCulture);
        }

        if (engine is not null)
        {
            if (engine.Warning is { } warning)
            {
                headers.Append(WarningHeader, warning);
            }

            sessions.Start(session, engine);
        }

        try
        {
            using var socket = await ClientSockets.AcceptAsync(request.Http, request.SubProtocol);
            await session.ServeAsync(socket, admission.Offset);
        }
        catch (Exception) when (engine is not null && !request.Http.Response.HasStarted)
        {
            session.End(Ending.ClientLeft);
            throw;
        }
    }

    private static async Task GiveUpAsync(ILiveEngine? engine, LiveCallback? callback, ISlot slot)
    {
        if (engine is not null)
        {
            await engine.DisposeAsync();
        }

        if (callback is not null)
        {
            await callback.DisposeAsync();
        }

        await slot.DisposeAsync();
    }

    private static SessionRequest RowOf(ListenRequest request, CaseCall? call) => new()
    {
        KeyId = request.Caller.KeyId,
        Path = request.PathForReports,
        Model = request.Parameters.Model ?? "default",
        BilledChannels = request.Parameters.Multichannel ? request.Parameters.Channels : 1,
        Tags = [.. request.Tags],
        Features = [.. ListenQuery.Features(request.Parameters)],
        Resumable = request.Parameters.Resume,
        CaseId = call?.CaseId,
        CallId = call?.Id,
        Callback = request.Parameters.Callback is { } callback ? CallbackAddress.WithoutPassword(callback).AbsoluteUri : null,
    };

    private ITranscriptionSessionGrain Grain(Guid orgId, Guid id) =>
        parts.Grains.GetGrain<ITranscriptionSessionGrain>(GrainKeys.Of(orgId, id));

    /// <summary>What became of a request before its upgrade: a refusal, or a session that it may use.</summary>
    /// <param name="Session">The session.</param>
    /// <param name="Engine">Its engine, for one that begins here; null for one that is running.</param>
    /// <param name="Offset">What the client sends first, in bytes from the session's beginning.</param>
    private readonly record struct Admission(LiveSession? Session, ILiveEngine? Engine, long Offset)
    {
        public SpeechError? Refusal { get; private init; }

        public static implicit operator Admission(SpeechError refusal) => new() { Refusal = refusal };
    }
}
