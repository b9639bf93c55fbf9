using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Switchboard.Speech.Audio;
using Switchboard.Speech.Audio.Ffmpeg;

namespace Switchboard.Speech.Tests.Audio;

/// <summary>
/// Spoilt files of every kind. Our own parsers take ten thousand; ffmpeg, which is a process for each, takes a few of them, or as many as the
/// environment variable SWITCHBOARD_TEST_MEDIA_FUZZ says.
/// </summary>
public sealed class MediaFuzzTests : IDisposable
{
    private const int OwnParsers = 10_000;
    private const int ThroughFfmpeg = 16;
    private const short BaitSample = 12_345;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _bait = Path.Combine(Path.GetTempPath(), $"switchboard-bait-{Guid.NewGuid():N}.wav");
    private readonly Lazy<MediaCorpus> _corpus;

    public MediaFuzzTests()
    {
        _listener.Start();
        File.WriteAllBytes(_bait, Samples.Wav(1, 16, 16000, 1, [.. Enumerable.Repeat(BitConverter.GetBytes(BaitSample), 8000).SelectMany(bytes => bytes)]));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_bait, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        _corpus = new Lazy<MediaCorpus>(() => MediaCorpus.Make(_bait, new Uri($"http://{_listener.LocalEndpoint}/")));
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(_bait);
    }

    [Fact]
    public async Task Ten_thousand_spoilt_files_are_read_or_refused_by_our_own_parsers()
    {
        NeedFfmpeg();
        var random = Seeded();
        int read = 0, refused = 0;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var round = 0; round < OwnParsers; round++)
        {
            var file = _corpus.Value.Next(random);
            var outcome = await TakeAsync(file, ffmpeg: null, random);
            _ = outcome.Status == 200 ? read++ : refused++;
            outcome.Status.ShouldBeOneOf(200, 400, 413, 415);
            outcome.Samples.ShouldBeLessThanOrEqualTo((4L * 16 * file.Length) + 1000);
        }

        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(64 << 20);
        TestContext.Current.TestOutputHelper!.WriteLine($"{read} read, {refused} refused");
        read.ShouldBeGreaterThan(OwnParsers / 20);
        refused.ShouldBeGreaterThan(OwnParsers / 20);
    }

    [Fact]
    public async Task Spoilt_files_are_decoded_or_refused_by_ffmpeg_without_reaching_anything()
    {
        var decoder = await DecoderAsync();
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("SWITCHBOARD_TEST_MEDIA_FUZZ"), CultureInfo.InvariantCulture, out var wanted) ? wanted : ThroughFfmpeg;
        var random = Seeded();
        (byte[] File, int Seed)[] files = [.. Enumerable.Range(0, rounds).Select(_ => (_corpus.Value.Next(random), random.Next()))];
        int read = 0, refused = 0;
        await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = Cancelled }, async (next, _) =>
        {
            var outcome = await TakeAsync(next.File, decoder, new Random(next.Seed));
            Interlocked.Increment(ref outcome.Status == 200 ? ref read : ref refused);
            outcome.Status.ShouldBeOneOf(200, 400, 413, 415);
            outcome.Bait.ShouldBeFalse(Convert.ToHexString(next.File));
        });
        _listener.Pending().ShouldBeFalse();
        TestContext.Current.TestOutputHelper!.WriteLine($"{read} read, {refused} refused");
        (read + refused).ShouldBe(rounds);
    }

    [Fact]
    public async Task Lists_make_ffmpeg_read_no_file_and_call_no_address_whatever_they_are_taken_for()
    {
        var decoder = await DecoderAsync();
        var containers = Enum.GetValues<AudioContainer>().Where(container => container is not AudioContainer.None and not AudioContainer.Wav);
        (AudioContainer Container, byte[] List)[] cases =
        [
            .. containers.Select((container, index) => (container, _corpus.Value.Lists[index * 5 % _corpus.Value.Lists.Count])),

            // The one that may open a file: its own.
            .. Enumerable.Range(0, 6).Select(index => (AudioContainer.Mp4, _corpus.Value.Lists[index])),
        ];
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = Cancelled }, async (next, cancellation) =>
        {
            var sink = new BaitSink();
            await using var stream = decoder.Open(next.Container, new AudioRequest { MaySpool = true }, sink);
            try
            {
                await stream.WriteAsync(next.List, cancellation);
                await stream.CompleteAsync(cancellation);
            }
            catch (AudioRejectedException)
            {
                // As it should be. Some demuxers make noise of any bytes: only the bait counts.
            }

            sink.Bait.ShouldBeFalse($"{next.Container}: {Convert.ToHexString(next.List)}");
        });
        _listener.Pending().ShouldBeFalse();
    }

    [Fact]
    public async Task The_unspoilt_files_are_all_read()
    {
        var decoder = await DecoderAsync();
        await Parallel.ForEachAsync(_corpus.Value.Sound, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = Cancelled }, async (file, _) =>
        {
            var outcome = await TakeAsync(file, decoder, new Random(1));
            outcome.Status.ShouldBe(200);
            outcome.Samples.ShouldBeInRange(7_000, 22_000);
        });
    }

    private static void NeedFfmpeg() => Assert.SkipUnless(File.Exists("/usr/bin/ffmpeg"), "ffmpeg is not installed");

    private static async Task<FfmpegDecoder> DecoderAsync()
    {
        NeedFfmpeg();
        var options = new FfmpegOptions { CpuSeconds = 20, MaximumSeconds = 600, MaximumSpoolBytes = 1 << 20 };
        return (await FfmpegDecoder.FindAsync(options, TimeProvider.System, NullLogger<FfmpegDecoder>.Instance, Cancelled)).ShouldNotBeNull();
    }

    private static Random Seeded()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        return new Random(seed);
    }

    private static async Task<(int Status, long Samples, bool Bait)> TakeAsync(byte[] file, FfmpegDecoder? ffmpeg, Random random)
    {
        var sink = new BaitSink();
        await using var intake = new AudioIntake(new AudioRequest { MaySpool = true, Multichannel = random.Next(3) == 0 }, ffmpeg, sink);
        try
        {
            for (var at = 0; at < file.Length;)
            {
                var piece = Math.Min(1 + random.Next(4000), file.Length - at);
                await intake.WriteAsync(file.AsMemory(at, piece), Cancelled);
                at += piece;
            }

            await intake.CompleteAsync(Cancelled);
            return (200, sink.Samples, sink.Bait);
        }
        catch (AudioRejectedException error)
        {
            return (error.Error.Status, sink.Samples, sink.Bait);
        }
    }

    private sealed class BaitSink : ISampleSink
    {
        private int _inRow;

        public long Samples { get; private set; }

        /// <summary>Whether the bait was heard: a thousand of its samples in a row.</summary>
        public bool Bait { get; private set; }

        public ValueTask AcceptAsync(SampleBlock block, CancellationToken cancellation)
        {
            using (block)
            {
                Samples += (long)block.Length * block.Channels;
                foreach (var sample in block.Channel(0).Span)
                {
                    _inRow = sample == BaitSample ? _inRow + 1 : 0;
                    Bait |= _inRow > 1000;
                }
            }

            return ValueTask.CompletedTask;
        }
    }
}
