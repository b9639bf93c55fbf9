using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Switchboard.Gateway.CaseStreams;

/// <summary>Server-sent events (HTML Living Standard, 9.2). Changes are unnamed events; everything else has a name.</summary>
internal sealed class EventStreamTransport(HttpContext http, TimeSpan retry) : IStreamTransport
{
    public const string MediaType = "text/event-stream";
    private const int FlushAt = 32 * 1024;

    private readonly PipeWriter _writer = http.Response.BodyWriter;

    /// <summary>Sends the head of the answer.</summary>
    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = MediaType;
        http.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back
        WriteRetry();
        await FlushAsync(cancellationToken);
    }

    public ValueTask EventAsync(StreamedEvent streamed, bool inQuery, CancellationToken cancellationToken)
    {
        Write("id: ", streamed.Id, "\ndata: ");
        _writer.Write(streamed.Json(inQuery).Span);
        Write("\n\n");
        return _writer.UnflushedBytes < FlushAt ? ValueTask.CompletedTask : FlushAsync(cancellationToken);
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken) => await _writer.FlushAsync(cancellationToken);

    public ValueTask ReadyAsync(string id, CancellationToken cancellationToken) => NoticeAsync("ready", id, "{}", cancellationToken);

    // An id without data moves the client's last event id on and is no event to it.
    public ValueTask HeartbeatAsync(string id, CancellationToken cancellationToken)
    {
        Write(": heartbeat\nid: ", id, "\n\n");
        return FlushAsync(cancellationToken);
    }

    public ValueTask ResetAsync(string id, string reason, CancellationToken cancellationToken) =>
        NoticeAsync("reset", id, $$"""{"reason":"{{reason}}"}""", cancellationToken);

    public async ValueTask EndAsync(StreamEnd end, CancellationToken cancellationToken)
    {
        if (end == StreamEnd.ClientLeft)
        {
            return;
        }

        WriteRetry();
        Write("event: end\ndata: ", $$"""{"reason":"{{StreamWords.Name(end)}}","detail":"{{StreamWords.Detail(end)}}"}""", "\n\n");
        await FlushAsync(cancellationToken);
        await http.Response.CompleteAsync();
    }

    private ValueTask NoticeAsync(string name, string id, string data, CancellationToken cancellationToken)
    {
        Write("event: ", name, "\nid: ", id, "\ndata: ", data, "\n\n");
        return FlushAsync(cancellationToken);
    }

    private void WriteRetry() => Write("retry: ", ((long)retry.TotalMilliseconds).ToString(CultureInfo.InvariantCulture), "\n\n");

    private void Write(params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
        {
            Encoding.UTF8.GetBytes(part, _writer);
        }
    }
}
