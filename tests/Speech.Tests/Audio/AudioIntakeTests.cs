using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Switchboard.Speech.Audio;
using Switchboard.Speech.Audio.Ffmpeg;

namespace Switchboard.Speech.Tests.Audio;

public sealed class AudioIntakeTests
{
    private static readonly SampleFormat _linear16 = new(SampleEncoding.Signed16, 16000, 1);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Headerless_samples_pass()
    {
        var sine = Samples.Sine(440, 16000, 1.01);
        var heard = await TakeAsync(new AudioRequest { Raw = _linear16 }, Bytes(sine), 333);
        heard.Channels[0].ShouldBe(sine);
        heard.LongestBlock.ShouldBeLessThanOrEqualTo(1600);
    }

    [Fact]
    public async Task Channels_are_kept_apart_or_mixed()
    {
        var left = Samples.Sine(440, 16000, 0.2);
        var right = Samples.Sine(200, 16000, 0.2);
        var both = Bytes([.. left.Zip(right).SelectMany(pair => (short[])[pair.First, pair.Second])]);
        var request = new AudioRequest { Raw = _linear16 with { Channels = 2 } };
        var apart = await TakeAsync(request with { Multichannel = true }, both, 7);
        apart.Channels[0].ShouldBe(left);
        apart.Channels[1].ShouldBe(right);
        var mixed = await TakeAsync(request, both, 7);
        mixed.Channels.ShouldHaveSingleItem().ShouldBe([.. left.Zip(right).Select(pair => (short)((pair.First + pair.Second) / 2))]);
    }

    [Fact]
    public async Task A_header_wins_over_what_was_declared()
    {
        var sine = Samples.Sine(440, 16000, 0.3);
        var heard = await TakeAsync(new AudioRequest { Raw = _linear16 with { SampleRate = 8000 } }, Samples.Wav(1, 16, 16000, 1, Bytes(sine)), 100);
        heard.Channels[0].ShouldBe(sine);
    }

    [Fact]
    public async Task Declared_samples_are_not_taken_for_mp3_frames()
    {
        byte[] bytes = [.. Convert.FromHexString("FFFB90640011"), .. new byte[200]];
        (await TakeAsync(new AudioRequest { Raw = _linear16 }, bytes, 10)).Channels[0].Count.ShouldBe(103);
    }

    [Fact]
    public async Task Undeclared_bytes_without_a_header_are_refused_with_advice()
    {
        var error = await Should.ThrowAsync<AudioRejectedException>(() => TakeAsync(new AudioRequest(), new byte[4000], 100));
        error.Message.ShouldContain("encoding and sample_rate");
        (await TakeAsync(new AudioRequest { Otherwise = _linear16 }, new byte[4000], 100)).Channels[0].Count.ShouldBe(2000);
    }

    [Fact]
    public async Task Nothing_is_no_audio_and_no_error()
    {
        (await TakeAsync(new AudioRequest { Raw = _linear16 }, [], 1)).Channels.ShouldBeEmpty();
        await Should.ThrowAsync<AudioRejectedException>(() => TakeAsync(new AudioRequest(), [.. "RIFF\0\0\0\0WAVEfmt "u8], 5));
    }

    [Fact]
    public async Task Without_ffmpeg_a_container_is_refused_with_415()
    {
        var error = await Should.ThrowAsync<AudioRejectedException>(() => TakeAsync(new AudioRequest(), [.. "OggS"u8, .. new byte[100]], 100));
        error.Error.Status.ShouldBe(415);
        error.Message.ShouldContain("WAV");
    }

    [Theory]
    [InlineData("mp3", "libmp3lame")]
    [InlineData("ogg", "libopus")]
    [InlineData("webm", "libopus")]
    [InlineData("flac", "flac")]
    [InlineData("adts", "aac")]
    [InlineData("mp4", "aac")]
    public async Task Ffmpeg_decodes_containers(string format, string codec)
    {
        var decoder = await NeedFfmpegAsync();
        var file = Encode(format, codec, Samples.Sine(440, 16000, 2));
        var heard = await TakeAsync(new AudioRequest { MaySpool = true }, file, 3000, decoder);
        heard.Channels[0].Count.ShouldBeInRange(31_000, 35_000);
        heard.Channels[0].Skip(4000).Take(20_000).Max().ShouldBeInRange((short)8_000, (short)12_000);
    }

    [Fact]
    public async Task Containers_of_two_channels_are_kept_apart()
    {
        var decoder = await NeedFfmpegAsync();
        var stereo = Bytes([.. Samples.Sine(440, 16000, 1).SelectMany(sample => (short[])[sample, 0])]);
        var file = Encode("flac", "flac", stereo, 2);
        var heard = await TakeAsync(new AudioRequest { Multichannel = true }, file, 3000, decoder);
        heard.Channels.Count.ShouldBe(2);
        heard.Channels[0].Max().ShouldBeGreaterThan((short)9_000);
        heard.Channels[1].ShouldAllBe(sample => sample == 0);
    }

    [Fact]
    public async Task An_mp4_with_its_index_last_is_an_error_where_it_cannot_be_put_aside()
    {
        var decoder = await NeedFfmpegAsync();
        var file = Encode("mp4", "aac", Samples.Sine(440, 16000, 30));
        await Should.ThrowAsync<AudioRejectedException>(() => TakeAsync(new AudioRequest(), file, 3000, decoder));
    }

    [Theory]
    [InlineData("OggS")]
    [InlineData("ID3")]
    [InlineData("fLaC")]
    public async Task Garbage_behind_a_magic_word_is_refused(string magic)
    {
        var decoder = await NeedFfmpegAsync();
        var random = new Random(5);
        var bytes = new byte[60_000];
        random.NextBytes(bytes);
        System.Text.Encoding.ASCII.GetBytes(magic, bytes);
        var error = await Should.ThrowAsync<AudioRejectedException>(() => TakeAsync(new AudioRequest(), bytes, 5000, decoder));
        error.Error.Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_playlist_is_never_followed()
    {
        var decoder = await NeedFfmpegAsync();
        byte[] playlist = [.. "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"u8];
        await Should.ThrowAsync<AudioRejectedException>(() => TakeAsync(new AudioRequest(), playlist, 100, decoder));

        // Also where something has mistaken it for a container: only that container's demuxer is permitted.
        var sink = new CollectingSink();
        await using var stream = decoder.Open(AudioContainer.Ogg, new AudioRequest(), sink);
        await stream.WriteAsync(playlist, Cancelled);
        await Should.ThrowAsync<AudioRejectedException>(async () => await stream.CompleteAsync(Cancelled));
        sink.Channels.ShouldBeEmpty();
    }

    [Fact]
    public async Task More_audio_than_allowed_is_cut_off()
    {
        var decoder = await NeedFfmpegAsync(options => options.MaximumSeconds = 1);
        var file = Encode("flac", "flac", Samples.Sine(440, 16000, 30));
        var error = await Should.ThrowAsync<AudioRejectedException>(() => TakeAsync(new AudioRequest(), file, 3000, decoder));
        error.Error.Status.ShouldBe(413);
    }

    [Fact]
    public async Task A_receiver_that_fails_ends_the_child()
    {
        var decoder = await NeedFfmpegAsync();
        var file = Encode("flac", "flac", Samples.Sine(440, 16000, 10));
        await using var intake = new AudioIntake(new AudioRequest(), decoder, new FailingSink());
        await Should.ThrowAsync<InvalidOperationException>(async () =>
        {
            foreach (var piece in file.Chunk(2000))
            {
                await intake.WriteAsync(piece, Cancelled);
            }

            await intake.CompleteAsync(Cancelled);
        });
    }

    private static byte[] Encode(string format, string codec, short[] samples) => Encode(format, codec, Bytes(samples), 1);

    private static byte[] Encode(string format, string codec, byte[] samples, int channels)
    {
        var file = Path.Combine(Path.GetTempPath(), $"switchboard-{Guid.NewGuid():N}.{format}");
        var input = file + ".raw";
        File.WriteAllBytes(input, samples);
        try
        {
            using var process = Process.Start("/usr/bin/ffmpeg",
                ["-v", "error", "-f", "s16le", "-ar", "16000", "-ac", $"{channels}", "-i", input, "-c:a", codec, "-f", format, file]);
            process.WaitForExit();
            process.ExitCode.ShouldBe(0);
            return File.ReadAllBytes(file);
        }
        finally
        {
            File.Delete(file);
            File.Delete(input);
        }
    }

    private static async Task<FfmpegDecoder> NeedFfmpegAsync(Action<FfmpegOptions>? change = null)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/ffmpeg"), "ffmpeg is not installed");
        var options = new FfmpegOptions();
        change?.Invoke(options);
        var decoder = await FfmpegDecoder.FindAsync(options, TimeProvider.System, NullLogger<FfmpegDecoder>.Instance, Cancelled);
        return decoder.ShouldNotBeNull();
    }

    private static byte[] Bytes(short[] samples) => [.. samples.SelectMany(value => (byte[])[(byte)value, (byte)(value >> 8)])];

    private static async Task<CollectingSink> TakeAsync(AudioRequest request, byte[] bytes, int piece, FfmpegDecoder? decoder = null)
    {
        var sink = new CollectingSink();
        await using var intake = new AudioIntake(request, decoder, sink);
        foreach (var part in bytes.Chunk(piece))
        {
            await intake.WriteAsync(part, Cancelled);
        }

        await intake.CompleteAsync(Cancelled);
        return sink;
    }

    private sealed class CollectingSink : ISampleSink
    {
        public List<List<short>> Channels { get; } = [];

        public int LongestBlock { get; private set; }

        public ValueTask AcceptAsync(SampleBlock block, CancellationToken cancellation)
        {
            using (block)
            {
                LongestBlock = Math.Max(LongestBlock, block.Length);
                for (var channel = 0; channel < block.Channels; channel++)
                {
                    if (Channels.Count == channel)
                    {
                        Channels.Add([]);
                    }

                    Channels[channel].AddRange(block.Channel(channel).Span);
                }
            }

            return ValueTask.CompletedTask;
        }
    }

    private sealed class FailingSink : ISampleSink
    {
        public ValueTask AcceptAsync(SampleBlock block, CancellationToken cancellation) => throw new InvalidOperationException("no more");
    }
}
