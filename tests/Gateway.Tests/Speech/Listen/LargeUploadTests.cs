using System.Net;
using System.Net.Sockets;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Listen;

public sealed class LargeUploadTests
{
    private const long Gigabyte = 1L << 30;
    private const long Bearable = 64 << 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_gigabyte_waits_at_its_sender_while_the_engine_does_not_take_it()
    {
        using var engine = new TcpListener(IPAddress.Loopback, 0);
        engine.Start();
        await using var server = await SpeechServer.StartAsync(
            [new Uri($"http://{engine.LocalEndpoint}")], null, ("Speech:Pools:default:Nodes:0:HealthPath", ""));
        using var http = new HttpClient { BaseAddress = server.Http, Timeout = Timeout.InfiniteTimeSpan };
        using var body = new Zeros(Gigabyte);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/listen?{LiveClient.Raw}") { Content = body };
        request.Headers.TryAddWithoutValidation("Authorization", $"Token {SpeechWorld.Key}");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var sending = http.SendAsync(request, patience.Token);
        using var taken = await engine.AcceptTcpClientAsync(Token); // and reads nothing
        var (sent, still) = (-1L, 0);
        await Poll.UntilAsync(() =>
        {
            still = body.Sent == sent && sent > 0 ? still + 1 : 0;
            sent = body.Sent;
            return still == 50;
        });

        sent.ShouldBeLessThan(Bearable);
        server.World.Held.ShouldBe(1);
        taken.Dispose(); // as when the engine dies
        await patience.CancelAsync();
        await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await Poll.UntilAsync(() => server.World.Held == 0);
        server.World.MeteredMilliseconds.ShouldBe(0);
    }

    [Theory]
    [InlineData("/listen")]
    [InlineData("/listen/v1")]
    [InlineData("/transcribe")]
    [InlineData("/asr/transcribe")]
    public async Task Files_are_taken_on_every_path_that_is_documented(string path)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        await using var server = await SpeechServer.StartAsync([engine.Address]);
        using var http = new HttpClient { BaseAddress = server.Http };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{path}?lang=en&format=pcm") { Content = new ByteArrayContent(TestAudio.Blocks(0, 3)) };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {SpeechWorld.Key}");
        request.Headers.TryAddWithoutValidation("timestamps", "true");

        using var response = await http.SendAsync(request, Token);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.Content.ReadAsStringAsync(Token)).ShouldContain("\"transcript\":\"w0 w1 w2\"");
        engine.Queries.Single().ShouldContain("encoding=linear16&sample_rate=16000");
    }

    /// <summary>A body that is made while it is sent.</summary>
    private sealed class Zeros(long length) : HttpContent
    {
        private long _sent;

        public long Sent => Volatile.Read(ref _sent);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            var piece = new byte[64 * 1024];
            while (Sent < length)
            {
                await stream.WriteAsync(piece, cancellationToken);
                Interlocked.Add(ref _sent, piece.Length);
            }
        }

        protected override bool TryComputeLength(out long count)
        {
            count = length;
            return true;
        }
    }
}
