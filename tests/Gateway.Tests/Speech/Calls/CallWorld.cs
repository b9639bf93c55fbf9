using System.Net.WebSockets;
using System.Text.Json;
using Switchboard.Gateway.Speech.Listen;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Gateway.Tests.Speech.Listen;
using Switchboard.Grains.Speech.Sessions;
using Switchboard.Speech.Pools;
using Switchboard.Testing.Postgres;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Calls;

/// <summary>Gateways with speech and cases on one real database, and an engine that hears numbers.</summary>
public sealed class CallWorld : IAsyncLifetime
{
    private readonly List<RunningGateway> _gateways = [];
    private readonly string _files = Directory.CreateTempSubdirectory("calls").FullName;
    private TestDatabase _database = null!;

    public List<ScriptedEngine> Engines { get; } = [];

    public RunningOrg Org { get; private set; } = null!;

    public string Project { get; private set; } = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        Engines.AddRange([await ScriptedEngine.StartAsync(), await ScriptedEngine.StartAsync()]);
        Org = await (await NewGatewayAsync()).NewOrgAsync();
        Project = await Org.NewProjectAsync();
    }

    /// <summary>What the engines do on their n-th connection from now on.</summary>
    public void Script(Func<int, EngineScript> script)
    {
        foreach (var engine in Engines)
        {
            var known = engine.Connections;
            engine.Script = connection => script(connection - known);
        }
    }

    /// <summary>Another process on the same database.</summary>
    public async Task<RunningGateway> NewGatewayAsync()
    {
        List<(string, string)> settings =
        [
            ("Speech:ConnectTimeout", "00:00:30"), ("Speech:HealthTimeout", "00:00:30"), ("Speech:Rest", "00:00:00.200"),
            ("Speech:Listen:Tick", "00:00:00.020"), ("Speech:Listen:ReportInterval", "00:00:00.100"), ("Files:Store", _files),
        ];
        settings.AddRange(Engines.Select(static (engine, index) => ($"Speech:Pools:default:Nodes:{index}:Url", engine.Address.ToString())));
        settings.AddRange(Engines.Select(static (_, index) => ($"Speech:Pools:default:Nodes:{index}:Name", $"e{index}")));
        var gateway = await RunningGatewayFixture.StartAsync(
            _database.ConnectionString,
            static builder =>
            {
                builder.Services.AddSpeechSessions();
                builder.Services.AddSpeechEnginePools(builder.Configuration);
                builder.Services.AddSpeech(builder.Configuration);
            },
            [.. settings]);
        _gateways.Add(gateway);
        return gateway;
    }

    public async Task<string> NewCaseAsync() => (await Org.NewCaseAsync(Project)).Id();

    /// <summary>A live stream of raw audio.</summary>
    internal async Task<LiveClient> ListenAsync(string query, string? key = null, RunningGateway? gateway = null)
    {
        var client = new LiveClient();
        await client.OpenAsync(AddressOf(query, gateway), $"Token {key ?? Org.ApiKey}");
        return client;
    }

    /// <summary>The refusal of a stream that must not be admitted.</summary>
    public async Task<(int Status, string Error)> RefusedAsync(string query, string? key = null)
    {
        using var client = new LiveClient();
        await Should.ThrowAsync<WebSocketException>(() => client.OpenAsync(AddressOf(query, null), $"Token {key ?? Org.ApiKey}"));
        return ((int)client.Status, client.Header("dg-error"));
    }

    /// <summary>The timeline's cells of a type, oldest first, as their contents.</summary>
    public async Task<List<JsonElement>> CellsAsync(string caseId, string type) =>
    [
        .. (await Org.GetAsync($"/api/v2/cases/{caseId}/timelines?page[size]=100&sort[ascending]=true&filter[type]={type}")).Data().EnumerateArray()
            .Select(static cell => cell.Attributes().GetProperty("cell_content")),
    ];

    /// <summary>All words of a case's calls, in the order of the timeline.</summary>
    public async Task<string[]> WordsAsync(string caseId) =>
    [
        .. (await CellsAsync(caseId, "CALL_SAID")).SelectMany(static cell => cell.GetProperty("lines").EnumerateArray())
            .SelectMany(static line => line.Text("text")!.Split(' ')),
    ];

    public async Task UntilAsync(Func<Task<bool>> holds)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(60));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        }
    }

    /// <summary>Waits until a call has its record.</summary>
    public async Task<JsonElement> EndedAsync(string caseId, Guid callId)
    {
        JsonElement call = default;
        await UntilAsync(async () =>
        {
            call = (await Org.GetAsync($"/api/v2/cases/{caseId}/calls/{callId}")).Data();
            return call.Attributes().Text("state") == "ended";
        });
        return call;
    }

    public static string[] Expected(int from, int count) => [.. Enumerable.Range(from, count).Select(TestAudio.Word)];

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }

        foreach (var engine in Engines)
        {
            await engine.DisposeAsync();
        }

        await _database.DisposeAsync();
        Directory.Delete(_files, recursive: true);
    }

    private Uri AddressOf(string query, RunningGateway? gateway) => new(
        new UriBuilder((gateway ?? _gateways[0]).Client.BaseAddress!) { Scheme = "ws" }.Uri, $"/v1/listen?{LiveClient.Raw}&{query}");
}
