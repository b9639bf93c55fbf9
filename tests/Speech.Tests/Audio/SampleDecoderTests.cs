using System.Buffers;
using System.Buffers.Binary;
using Switchboard.Speech.Audio;

namespace Switchboard.Speech.Tests.Audio;

public sealed class SampleDecoderTests
{
    [Fact]
    public void An_odd_frame_does_not_shift_what_follows()
    {
        byte[] bytes = [.. Samples.Sine(440, 16000, 0.1).SelectMany(value => (byte[])[(byte)value, (byte)(value >> 8)])];
        var decoder = new SampleDecoder(SampleEncoding.Signed16);
        var samples = new ArrayBufferWriter<short>();
        foreach (var cut in (int[])[1, 3, 1, 1, 255, 0, 7])
        {
            decoder.Decode(bytes.AsSpan(0, cut), samples);
            bytes = bytes[cut..];
        }

        decoder.Decode(bytes, samples);
        samples.WrittenSpan.ToArray().ShouldBe(Samples.Sine(440, 16000, 0.1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Linear32_is_read_as_what_it_is(bool floating)
    {
        var sine = Samples.Sine(300, 16000, 0.05);
        var bytes = new byte[sine.Length * 4];
        for (var i = 0; i < sine.Length; i++)
        {
            if (floating)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), sine[i] / 32768f);
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4 * i), sine[i] << 16);
            }
        }

        var samples = new ArrayBufferWriter<short>();
        new SampleDecoder(SampleEncoding.Linear32).Decode(bytes, samples);
        samples.WrittenSpan.ToArray().ShouldBe(sine);
    }

    [Fact]
    public void What_is_no_number_is_silence_and_what_is_too_loud_is_clipped()
    {
        byte[] bytes = [.. ((float[])[float.NaN, float.PositiveInfinity, -5, 0.5f]).SelectMany(BitConverter.GetBytes)];
        var samples = new ArrayBufferWriter<short>();
        new SampleDecoder(SampleEncoding.Float32).Decode(bytes, samples);
        samples.WrittenSpan.ToArray().ShouldBe([0, short.MaxValue, short.MinValue, 16384]);
    }
}
