using System.Buffers;
using Switchboard.Speech.Audio;

namespace Switchboard.Speech.Tests.Audio;

public sealed class ResamplerTests
{
    [Theory]
    [InlineData(48000)]
    [InlineData(44100)]
    [InlineData(24000)]
    [InlineData(22050)]
    [InlineData(96000)]
    public void A_tone_keeps_its_height_and_its_place(int rate)
    {
        var output = Resample(Samples.Sine(1000, rate, 0.5), rate, 333);
        output.Length.ShouldBeInRange(7990, 8010);
        var expected = Samples.Sine(1000, Resampler.Rate, 0.5);
        for (var i = 400; i < 7600; i++)
        {
            ((double)output[i]).ShouldBe(expected[i], 250);
        }
    }

    [Fact]
    public void What_lies_above_the_band_is_gone() =>
        Resample(Samples.Sine(12_000, 48000, 0.5), 48000, 4096).Skip(400).SkipLast(400).Max(value => Math.Abs((int)value)).ShouldBeLessThan(200);

    [Fact]
    public void Telephone_audio_is_repeated_and_not_smoothed() =>
        Resample([1, -2, 3, 4], 8000, 1).ShouldBe([1, 1, -2, -2, 3, 3, 4, 4]);

    [Fact]
    public void Audio_of_the_wanted_rate_is_left_alone() => Resample([5, 6, 7], 16000, 2).ShouldBe([5, 6, 7]);

    [Theory]
    [InlineData(11025)]
    [InlineData(12000)]
    [InlineData(192000)]
    public void The_length_in_seconds_stays(int rate) =>
        Resample(new short[rate * 2], rate, 1009).Length.ShouldBeInRange(31_980, 32_020);

    [Fact]
    public void Pieces_of_any_length_give_the_same_samples()
    {
        var sine = Samples.Sine(700, 44100, 0.3);
        Resample(sine, 44100, 1).ShouldBe(Resample(sine, 44100, 100_000));
    }

    private static short[] Resample(short[] input, int rate, int piece)
    {
        var resampler = new Resampler(rate);
        var output = new ArrayBufferWriter<short>();
        foreach (var part in input.Chunk(piece))
        {
            resampler.Resample(part, output);
        }

        resampler.Flush(output);
        return output.WrittenSpan.ToArray();
    }
}
