using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.CaseStreams;

/// <summary>Reads server-sent events as the standard says, line by line, no faster than the test asks.</summary>
internal sealed class EventClient : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private EventClient(HttpClient http, HttpResponseMessage response, Stream body) =>
        (_http, _response, _reader) = (http, response, new StreamReader(body));

    /// <summary>The last id, of an event or of a sign of life.</summary>
    public string? LastId { get; private set; }

    public string? Retry { get; private set; }

    public static async Task<EventClient> ConnectAsync(RunningOrg org, string query = "", string? lastEventId = null, int? receiveBuffer = null)
    {
        var (http, response) = await RequestAsync(org, query, lastEventId, receiveBuffer);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return new EventClient(http, response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Connects, and waits until nothing more can be missed.</summary>
    public static async Task<EventClient> FollowAsync(RunningOrg org, string query = "")
    {
        var client = await ConnectAsync(org, query);
        (await client.NextAsync()).ShouldNotBeNull().Name.ShouldBe("ready");
        return client;
    }

    public static async Task<HttpResponseMessage> RefusedAsync(RunningOrg org, string query, string? lastEventId = null)
    {
        var (http, response) = await RequestAsync(org, query, lastEventId, null);
        using (http)
        {
            await response.Content.LoadIntoBufferAsync(TestContext.Current.CancellationToken);
            return response;
        }
    }

    /// <summary>The next event; null at the end of the stream.</summary>
    public async Task<Received?> NextAsync()
    {
        var (name, data, place) = ("message", "", LastId);
        while (await _reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            switch (line.Split(": ", 2))
            {
                case ["id", var id]:
                    place = id;
                    break;
                case ["event", var given]:
                    name = given;
                    break;
                case ["retry", var given]:
                    Retry = given;
                    break;
                case ["data", var given]:
                    data += given;
                    break;
                case [""]:
                    // An event that breaks off was not received, and its id does not count.
                    LastId = place;
                    if (data.Length > 0)
                    {
                        using var document = JsonDocument.Parse(data);
                        return new Received(name, LastId, document.RootElement.Clone());
                    }

                    break;
            }
        }

        return null;
    }

    /// <summary>
    /// The next change. What was committed a moment ago may become readable only after the stream is ready: any transaction that runs on
    /// the server holds the log's end up.
    /// </summary>
    public async Task<JsonElement> ChangeAsync()
    {
        Received next;
        do
        {
            next = (await NextAsync()).ShouldNotBeNull("the stream ended");
        }
        while (next.Name == "ready");

        next.Name.ShouldBe("message", next.Data.ToString());
        next.Data.GetProperty("id").GetString().ShouldBe(next.Id);
        return next.Data;
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _response.Dispose();
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<(HttpClient, HttpResponseMessage)> RequestAsync(
        RunningOrg org, string query, string? lastEventId, int? receiveBuffer)
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (context, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                socket.ReceiveBufferSize = receiveBuffer ?? socket.ReceiveBufferSize;
                await socket.ConnectAsync(context.DnsEndPoint, token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(org.Gateway.Client.BaseAddress!, $"/api/v2/cases/stream?{query}"));
        request.Headers.Add("DD-API-KEY", org.ApiKey);
        request.Headers.Add("DD-APPLICATION-KEY", org.ApplicationKey);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        return (http, await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken));
    }
}

/// <summary>An event as it came.</summary>
internal sealed record Received(string Name, string? Id, JsonElement Data);
