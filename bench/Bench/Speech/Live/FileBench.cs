using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Switchboard.Bench.Speech.Live;

/// <summary>
/// What a file's way through the gateway adds to the engine's own time, and what an upload of a gigabyte does to the process's memory. The
/// engine reads the file and then takes as long as a fast one on a GPU does.
/// </summary>
internal static class FileBench
{
    private const int Rounds = 5;
    private const int WavSeconds = 600;
    private const int WavBytes = WavSeconds * Wire.SampleRate * 2;
    private const long Large = 1L << 30;

    /// <summary>A two-hundredth of the audio's length.</summary>
    private static readonly TimeSpan Own = TimeSpan.FromSeconds(WavSeconds / 200d);

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        using var engine = new StubFileEngine();
        await using var gateway = await GatewayUnderTest.StartAsync(engine.Address, cancellationToken);
        engine.Own = TimeSpan.Zero;
        for (var round = 0; round < 3; round++)
        {
            Post(gateway.Address, gateway.Key, WavBytes);
        }

        engine.Own = Own;
        var (straight, through) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            straight.Add(Post(engine.Address, null, WavBytes).TotalMilliseconds);
            through.Add(Post(gateway.Address, gateway.Key, WavBytes).TotalMilliseconds);
        }

        engine.Own = TimeSpan.Zero;
        var before = ProcessUse.Resident(gateway.ProcessId);
        var most = 0d;
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    most = Math.Max(most, ProcessUse.Resident(gateway.ProcessId));
                    await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
                }
            },
            cancellationToken);
        var taken = Post(gateway.Address, gateway.Key, Large);
        await stop.CancelAsync();
        await watching;
        var (own, total) = (Median(straight), Median(through));
        return
        [
            new Figure($"a WAV of {WavSeconds} s: the engine's own time with the upload", own, "ms", null, null),
            new Figure($"a WAV of {WavSeconds} s: added by the gateway", total - own, "ms", null, null),
            new Figure($"a WAV of {WavSeconds} s: added by the gateway, of the engine's own time", (total - own) / own * 100, "%", null, 5),
            new Figure("an upload of 1 GiB: rate", Large / taken.TotalSeconds / 1e6, "MB/s", null, null),
            new Figure("an upload of 1 GiB: the process grows by", (most - before) / 1024, "MiB", null, 64),
        ];
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    private static TimeSpan Post(IPEndPoint server, string? key, long bytes)
    {
        var started = Stopwatch.GetTimestamp();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(server);
        var authorization = key is null ? "" : $"Authorization: Token {key}\r\n";
        socket.Send(Encoding.ASCII.GetBytes(
            $"POST /v1/listen?model=nova-3 HTTP/1.1\r\nHost: {server}\r\n{authorization}Content-Type: audio/wav\r\nContent-Length: {bytes}\r\nConnection: close\r\n\r\n"));
        var block = new byte[64 * 1024];
        "RIFF"u8.CopyTo(block);
        for (var left = bytes; left > 0;)
        {
            left -= socket.Send(block.AsSpan(0, (int)Math.Min(left, block.Length)));
        }

        var answer = new List<byte>();
        for (int count; (count = socket.Receive(block)) > 0;)
        {
            answer.AddRange(block.AsSpan(0, count));
        }

        var text = Encoding.UTF8.GetString([.. answer]);
        return text.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) && text.Contains("spoken1499", StringComparison.Ordinal)
            ? Stopwatch.GetElapsedTime(started)
            : throw new IOException($"The file was refused: {text[..Math.Min(text.Length, 500)]}");
    }
}
