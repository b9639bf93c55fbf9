using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Gateway.Speech.Callbacks;
using Switchboard.Gateway.Tests.Speech.Listen;
using Switchboard.Grains.Deliveries;
using Switchboard.Grains.Files;
using Switchboard.Grains.Speech.Callbacks;
using Switchboard.Testing;
using Switchboard.Testing.Http;
using Switchboard.Testing.Postgres;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Callbacks;

/// <summary>Processes that share a database, a folder and an engine; callbacks go by a clock that the test moves.</summary>
internal sealed class CallbackWorld : IAsyncDisposable
{
    private readonly List<CallbackProcess> _processes = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("callbacks").FullName;
    private TestDatabase _database = null!;

    public SpeechWorld Shared { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public HttpPeer Receiver { get; } = HttpPeer.Start();

    public ScriptedEngine Engine { get; private set; } = null!;

    /// <summary>Engines that processes have besides.</summary>
    public List<Uri> MoreEngines { get; } = [];

    public IEnumerable<string> KeptFiles => Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<CallbackWorld> StartAsync() =>
        new() { _database = await TestDatabase.CreateAsync(), Engine = await ScriptedEngine.StartAsync() };

    public async Task<CallbackProcess> NewProcessAsync(bool allowPrivate = true)
    {
        var storage = TestStorage.Connect(_database, Time, ("Files:Store", _folder));
        var server = await SpeechServer.StartAsync(
            [Engine.Address, .. MoreEngines],
            Shared,
            services =>
            {
                services.Remove(services.Single(static service => service.ImplementationType == typeof(CallbackLoop))); // the test says when to look
                services.AddSingleton(storage.Services.GetRequiredService<ICallbackJobs>());
                services.AddSingleton(storage.Services.GetRequiredService<IBlobStore>());
                services.AddSingleton(new SecretBox(new byte[SecretBox.KeyLength]));
                services.AddSingleton(provider => ActivatorUtilities.CreateInstance<CallbackDelivery>(provider, Time));
                services.AddSingleton(provider => ActivatorUtilities.CreateInstance<CallbackAttempt>(provider, Time));
                services.AddSingleton(provider => ActivatorUtilities.CreateInstance<CallbackRunner>(provider, Time));
                services.AddSingleton(provider => ActivatorUtilities.CreateInstance<CallbackDesk>(provider, Time));
            },
            ("Speech:Files:AllowPrivateAddresses", allowPrivate ? "true" : "false"));
        var process = new CallbackProcess(server, storage);
        _processes.Add(process);
        return process;
    }

    public string CallbackTo(string? url = null) => $"callback={Uri.EscapeDataString(url ?? Receiver.Url)}";

    /// <summary>Posts a file, or an address of one.</summary>
    public static async Task<HttpResponseMessage> PostAsync(CallbackProcess process, string query, byte[] body, string contentType = "audio/raw")
    {
        using var client = new HttpClient { BaseAddress = process.Server.Http };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/listen?{query}") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        request.Headers.TryAddWithoutValidation("Authorization", $"Token {SpeechWorld.Key}");
        return await client.SendAsync(request, Token);
    }

    /// <summary>Posts a file that must be acknowledged.</summary>
    public static async Task<Guid> AcceptedAsync(CallbackProcess process, string query, byte[] body, string contentType = "audio/raw")
    {
        using var response = await PostAsync(process, query, body, contentType);
        response.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));
        json.RootElement.EnumerateObject().Count().ShouldBe(1);
        var id = json.RootElement.GetProperty("request_id").GetGuid();
        response.Headers.GetValues("dg-request-id").Single().ShouldBe(id.ToString());
        return id;
    }

    public async Task<CallbackProgress> ProgressAsync(CallbackProcess process, Guid requestId) =>
        (await process.Jobs.FindAsync(Shared.Caller.OrgId, [requestId], Token)).ShouldHaveSingleItem();

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        await Receiver.DisposeAsync();
        await Engine.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>One process.</summary>
internal sealed class CallbackProcess(SpeechServer server, TestStorage storage) : IAsyncDisposable
{
    public SpeechServer Server => server;

    public ICallbackJobs Jobs { get; } = storage.Services.GetRequiredService<ICallbackJobs>();

    private CallbackRunner Runner => server.Service<CallbackRunner>();

    /// <summary>Ends when nothing is under way.</summary>
    public Task IdleAsync() => Runner.IdleAsync();

    /// <summary>Takes what is due and does it.</summary>
    public async Task<int> RunDueAsync()
    {
        var begun = await Runner.BeginDueAsync(16, TestContext.Current.CancellationToken);
        await Task.WhenAll(begun);
        return begun.Length;
    }

    /// <summary>From here on, nothing of this process reaches the database: as when it is killed.</summary>
    public async Task KillAsync()
    {
        await storage.DisposeAsync();
        await server.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await storage.DisposeAsync();
    }
}
