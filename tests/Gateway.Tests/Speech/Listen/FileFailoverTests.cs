using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Listen;

/// <summary>A file whose node fails is given to another one from its beginning, and metered once.</summary>
public sealed class FileFailoverTests : IDisposable
{
    private const int Blocks = 600; // 1.9 MB: more than a node takes before it looks at any of it
    private readonly string _folder = Directory.CreateTempSubdirectory("sbspool").FullName;

    public static TheoryData<string, EngineScript> Faults { get; } = new()
    {
        { "says that it failed", new EngineScript { RefuseStatus = 500 } },
        { "says that it is full", new EngineScript { RefuseStatus = 503 } },
        { "dies at once", new EngineScript { KillAt = 0 } },
        { "dies in the middle", new EngineScript { KillAt = 300 } },
        { "dies before it answers", new EngineScript { KillAt = Blocks } },
        { "takes nothing any more", new EngineScript { FreezeAt = 10 } },
        { "never answers", new EngineScript { FreezeAt = Blocks } },
        { "answers what is no JSON", new EngineScript { RubbishAt = 1 } },
        { "answers what is no transcription", new EngineScript { FileAnswer = """{"results":{"channels":[]}}""" } },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Another_node_is_given_the_file_and_the_one_that_failed_no_other(string fault, EngineScript script)
    {
        _ = fault;
        await using var failing = await ScriptedEngine.StartAsync();
        await using var engine = await ScriptedEngine.StartAsync();
        failing.Script = _ => script;

        // Limits bind only while there is another node: the second may take as long as the machine makes it.
        await using var server = await StartAsync(
            [failing.Address, engine.Address],
            ("Speech:FileTakeTimeout", "00:00:00.300"), ("Speech:FileAnswerTimeout", "00:00:00.300"), ("Speech:FailuresToRest", "1"), ("Speech:Rest", "00:10:00"));
        using var told = new Told(server.Service<IMeterFactory>());
        var audio = TestAudio.Blocks(0, script.FreezeAt == 10 ? 10 * Blocks : Blocks);

        using var response = await PostAsync(server, new ByteArrayContent(audio));
        await ShouldBeHeardAsync(response, audio);
        server.World.MeteredMilliseconds.ShouldBe(audio.Length / 32);
        told["switchboard.speech.node.failures"].ShouldBe(1);
        told["switchboard.speech.files.again"].ShouldBe(1);

        using var next = await PostAsync(server, new ByteArrayContent(TestAudio.Blocks(0, 3)));
        next.StatusCode.ShouldBe(HttpStatusCode.OK);
        if (script.RefuseStatus != 503)
        {
            failing.Connections.ShouldBe(1); // it rests
        }

        Directory.GetFiles(_folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_rest_of_an_upload_goes_to_the_next_node_while_it_comes_in()
    {
        await using var failing = await ScriptedEngine.StartAsync();
        await using var engine = await ScriptedEngine.StartAsync();
        failing.Script = static _ => new EngineScript { KillAt = 10 };
        await using var server = await StartAsync([failing.Address, engine.Address]);
        var audio = TestAudio.Blocks(0, Blocks);
        using var upload = new Upload(audio, 300 * TestAudio.BlockBytes, () => engine.Connections == 1);

        using var response = await PostAsync(server, upload);

        await ShouldBeHeardAsync(response, audio);
        server.World.MeteredMilliseconds.ShouldBe(Blocks * 100);
    }

    [Fact]
    public async Task A_file_that_takes_three_nodes_down_is_given_to_no_fourth()
    {
        await using var failing = await ScriptedEngine.StartAsync();
        failing.Script = static _ => new EngineScript { KillAt = 5 };
        await using var server = await StartAsync([failing.Address, failing.Address, failing.Address, failing.Address]);

        using var response = await PostAsync(server, new ByteArrayContent(TestAudio.Blocks(0, 20)));

        ((int)response.StatusCode).ShouldBe(502);
        failing.Connections.ShouldBe(3);
        server.World.Usage.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Speech:SpoolBytes")]
    [InlineData("Speech:SpoolTotalBytes")]
    public async Task What_is_larger_than_may_be_kept_goes_through_and_to_no_second_node(string limit)
    {
        await using var failing = await ScriptedEngine.StartAsync();
        await using var engine = await ScriptedEngine.StartAsync();
        failing.Script = static connection => new EngineScript { KillAt = connection == 0 ? 300 : null };
        await using var server = await StartAsync([failing.Address, engine.Address], (limit, "65536"));
        var audio = TestAudio.Blocks(0, Blocks);

        using var lost = await PostAsync(server, new ByteArrayContent(audio));
        using var response = await PostAsync(server, new ByteArrayContent(audio));

        ((int)lost.StatusCode).ShouldBe(502);
        engine.Connections.ShouldBe(0);
        await ShouldBeHeardAsync(response, audio);
        server.World.MeteredMilliseconds.ShouldBe(Blocks * 100);
    }

    [Fact]
    public async Task A_folder_that_takes_nothing_costs_the_second_attempt_and_not_the_first()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var other = await ScriptedEngine.StartAsync();
        engine.Script = static connection => new EngineScript { KillAt = connection == 1 ? 5 : null };
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "", Token);
        await using var server = await StartAsync([engine.Address, other.Address], ("Speech:SpoolFolder", Path.Combine(file, "under")));

        using var first = await PostAsync(server, new ByteArrayContent(TestAudio.Blocks(0, 20)));
        using var second = await PostAsync(server, new ByteArrayContent(TestAudio.Blocks(0, 20)));

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        ((int)second.StatusCode).ShouldBe(502);
        server.Log.Lines.ShouldContain(static line => line.StartsWith("Warning 9203 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Media_of_an_address_is_fetched_once_and_given_to_another_node()
    {
        var audio = TestAudio.Blocks(0, Blocks);
        var fetched = 0;
        await using var media = await ServeAsync(async http =>
        {
            Interlocked.Increment(ref fetched);
            await http.Response.Body.WriteAsync(audio, Token);
        });
        await using var failing = await ScriptedEngine.StartAsync();
        await using var engine = await ScriptedEngine.StartAsync();
        failing.Script = static _ => new EngineScript { KillAt = 300 };
        await using var server = await StartAsync([failing.Address, engine.Address], ("Speech:Files:AllowPrivateAddresses", "true"));

        using var response = await PostAsync(server, JsonContent(new Uri(new Uri(media.Urls.Single()), "/a.wav")));

        await ShouldBeHeardAsync(response, audio);
        fetched.ShouldBe(1);
        server.World.MeteredMilliseconds.ShouldBe(Blocks * 100);
    }

    [Fact]
    public async Task A_node_whose_health_is_silent_loses_its_file_and_one_that_only_drains_keeps_it()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var other = await ScriptedEngine.StartAsync();
        engine.Script = static _ => new EngineScript { FreezeAt = 3 };
        await using var server = await StartAsync(
            [engine.Address, other.Address], ("Speech:HealthInterval", "00:00:00.050"), ("Speech:HealthTimeout", "00:00:30"));
        var posting = PostAsync(server, new ByteArrayContent(TestAudio.Blocks(0, 3)));
        await Poll.UntilAsync(() => engine.Files.Count == 1);

        engine.IsWell = false;
        await Poll.UntilAsync(() => engine.HealthLooks > 20); // many more than make a node that is silent one that is gone
        posting.IsCompleted.ShouldBeFalse();
        engine.IsDeaf = true;

        using var response = await posting;
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        server.World.MeteredMilliseconds.ShouldBe(300);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<SpeechServer> StartAsync(Uri[] engines, params (string Key, string Value)[] settings) => SpeechServer.StartAsync(
        engines,
        null,
        [.. new[] { ("Speech:HealthInterval", "00:10:00"), ("Speech:SpoolFolder", _folder) }.Concat(settings).Reverse().DistinctBy(static one => one.Item1)]);

    private static ByteArrayContent JsonContent(Uri url)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new { url }));
        content.Headers.ContentType = new("application/json");
        return content;
    }

    private static async Task<WebApplication> ServeAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.Run(answer);
        await app.StartAsync(Token);
        return app;
    }

    private static async Task<HttpResponseMessage> PostAsync(SpeechServer server, HttpContent content)
    {
        using var client = new HttpClient { BaseAddress = server.Http };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/listen?{LiveClient.Raw}") { Content = content };
        request.Headers.TryAddWithoutValidation("Authorization", $"Token {SpeechWorld.Key}");
        return await client.SendAsync(request, Token);
    }

    private static async Task ShouldBeHeardAsync(HttpResponseMessage response, byte[] audio)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Token));
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStreamAsync(Token));
        answer.RootElement.GetProperty("metadata").GetProperty("sha256").GetString().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(audio)));
        answer.RootElement.GetProperty("results").GetProperty("channels")[0].GetProperty("alternatives")[0].GetProperty("transcript").GetString()
            .ShouldBe(string.Join(' ', Enumerable.Range(0, audio.Length / TestAudio.BlockBytes).Select(TestAudio.Word)));
    }

    /// <summary>
    /// A body that comes in drops after its first part, until something has happened: only who sends to a dead node finds out that it is dead.
    /// </summary>
    private sealed class Upload(byte[] body, int first, Func<bool> happened) : HttpContent
    {
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(body.AsMemory(0, first), Token);
            var at = first;
            for (; at < body.Length && !happened(); at += TestAudio.BlockBytes)
            {
                await Task.Delay(Pause, TimeProvider.System, Token);
                await stream.WriteAsync(body.AsMemory(at, TestAudio.BlockBytes), Token);
                await stream.FlushAsync(Token);
            }

            await stream.WriteAsync(body.AsMemory(at), Token);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }

    /// <summary>The sums of the counters of one process's pools.</summary>
    private sealed class Told : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, long> _sums = [];

        public Told(IMeterFactory meters)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Meter.Name == "Switchboard.Speech.Pools")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, count, _, _) =>
            {
                lock (_sums)
                {
                    _sums[instrument.Name] = _sums.GetValueOrDefault(instrument.Name) + count;
                }
            });
            _listener.Start();
        }

        public long this[string name]
        {
            get
            {
                lock (_sums)
                {
                    return _sums.GetValueOrDefault(name);
                }
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}
