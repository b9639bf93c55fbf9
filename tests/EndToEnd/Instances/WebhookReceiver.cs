using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Switchboard.EndToEnd.Instances;

/// <summary>
/// Takes webhook deliveries and notes them in the order in which they came. Now and then it refuses one, or breaks the connection after it
/// has taken one.
/// </summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<WebhookArrival> _arrivals = new();
    private readonly Random _random;
    private string _secret = "";
    private int _refused;
    private int _dropped;
    private int _forged;

    private WebhookReceiver(WebApplication server, int seed) => (_server, _random) = (server, new Random(seed));

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>Everything that was taken, in order.</summary>
    public IReadOnlyCollection<WebhookArrival> Arrivals => _arrivals;

    /// <summary>Requests that were answered with 500 and not noted.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Requests that were noted and never answered.</summary>
    public int Dropped => Volatile.Read(ref _dropped);

    /// <summary>Requests whose signature was wrong.</summary>
    public int Forged => Volatile.Read(ref _forged);

    public static async Task<WebhookReceiver> StartAsync(int seed)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var receiver = new WebhookReceiver(server, seed);
        server.Run(receiver.TakeAsync);
        await server.StartAsync();
        receiver.Address = new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return receiver;
    }

    /// <summary>Makes a webhook of all events of an organisation that leads here.</summary>
    public async Task RegisterAsync(ApiClient api)
    {
        var made = await api.SendAsync(
            HttpMethod.Post,
            "/api/v2/integrations/webhooks",
            JsonSerializer.Serialize(new { data = new { type = "webhook", attributes = new { name = "receiver", url = new Uri(Address, "hook") } } }));
        _secret = made.Require(System.Net.HttpStatusCode.Created)["data"]!["attributes"]!["secret"]!.GetValue<string>();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var headers = context.Request.Headers;
        if (!IsGenuine(headers["Switchboard-Timestamp"].ToString(), headers["Switchboard-Signature"].ToString(), body))
        {
            Interlocked.Increment(ref _forged);
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        int chance;
        lock (_random)
        {
            chance = _random.Next(100);
        }

        if (chance < 2)
        {
            Interlocked.Increment(ref _refused);
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }

        var told = JsonNode.Parse(body)!;
        _arrivals.Enqueue(new WebhookArrival(
            Guid.Parse(headers["Switchboard-Event-Id"].ToString()), told["case"]!["id"]!.GetValue<Guid>(), told["case"]!["version"]!.GetValue<long>()));
        if (chance == 2)
        {
            Interlocked.Increment(ref _dropped);
            context.Abort();
        }
    }

    private bool IsGenuine(string timestamp, string signatures, string body)
    {
        var signed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{timestamp}.{body}"));
        return signatures.Split(',').Contains("v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(_secret), signed)));
    }
}

/// <summary>A delivery that was taken.</summary>
internal sealed record WebhookArrival(Guid EventId, Guid CaseId, long Version);
