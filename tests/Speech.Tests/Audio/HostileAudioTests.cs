using System.Diagnostics;
using Switchboard.Speech.Audio;

namespace Switchboard.Speech.Tests.Audio;

public sealed class HostileAudioTests
{
    [Fact]
    public async Task Ten_thousand_mutated_files_are_read_or_refused()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        byte[][] seeds =
        [
            Samples.Wav(1, 16, 16000, 1, new byte[400]),
            Samples.Wav(1, 24, 44100, 2, new byte[600], 0xFFFFFFFF),
            Samples.Wav(3, 32, 8000, 2, new byte[800], extensible: true),
            Samples.Wav(7, 8, 8000, 1, new byte[100], before: Samples.Chunk("LIST", new byte[33])),
            [.. "OggS"u8, .. new byte[200]],
            [.. "fLaC"u8, .. new byte[200]],
            [.. "{\"type\":\"CloseStream\"}"u8],
        ];
        int read = 0, refused = 0;
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < 10_000; round++)
        {
            var file = Mutate(seeds[random.Next(seeds.Length)], random);
            var sink = new CountingSink();
            var request = random.Next(3) == 0 ? new AudioRequest { Raw = new SampleFormat((SampleEncoding)random.Next(9), 16000, 1 + random.Next(3)) } : new AudioRequest();
            await using var intake = new AudioIntake(request, ffmpeg: null, sink);
            try
            {
                var at = 0;
                while (at < file.Length)
                {
                    var piece = Math.Min(1 + random.Next(200), file.Length - at);
                    await intake.WriteAsync(file.AsMemory(at, piece), TestContext.Current.CancellationToken);
                    at += piece;
                }

                await intake.CompleteAsync(TestContext.Current.CancellationToken);
                read++;

                // At most a sample for each byte, and four times as many where 4 kHz become 16.
                sink.Samples.ShouldBeLessThanOrEqualTo((4 * file.Length) + 200);
            }
            catch (AudioRejectedException error)
            {
                error.Error.Status.ShouldBeOneOf(400, 415);
                refused++;
            }
        }

        TestContext.Current.TestOutputHelper.WriteLine($"{read} read, {refused} refused in {watch.ElapsedMilliseconds} ms");
        read.ShouldBeGreaterThan(500);
        refused.ShouldBeGreaterThan(500);
    }

    [Fact]
    public async Task A_gigabyte_passes_in_little_memory()
    {
        var sink = new CountingSink();
        await using var intake = new AudioIntake(new AudioRequest(), ffmpeg: null, sink);
        await intake.WriteAsync(Samples.Wav(1, 16, 16000, 1, [], 0xFFFFFFFF), TestContext.Current.CancellationToken);
        var piece = new byte[1 << 20];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 1024; i++)
        {
            await intake.WriteAsync(piece, TestContext.Current.CancellationToken);
        }

        await intake.CompleteAsync(TestContext.Current.CancellationToken);
        sink.Samples.ShouldBe(512 << 20);
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(32 << 20);
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        byte[] file = [.. seed];
        for (var change = random.Next(8); change > 0; change--)
        {
            file[random.Next(Math.Min(file.Length, random.Next(2) == 0 ? 60 : file.Length))] = (byte)random.Next(256);
        }

        return random.Next(4) switch
        {
            0 => file[..random.Next(file.Length)],
            1 => [.. file, .. file[random.Next(file.Length)..]],
            _ => file,
        };
    }

    private sealed class CountingSink : ISampleSink
    {
        public long Samples { get; private set; }

        public ValueTask AcceptAsync(SampleBlock block, CancellationToken cancellation)
        {
            Samples += (long)block.Length * block.Channels;
            block.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
