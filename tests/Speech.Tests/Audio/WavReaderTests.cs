using System.Buffers.Binary;
using Switchboard.Speech.Audio;

namespace Switchboard.Speech.Tests.Audio;

public sealed class WavReaderTests
{
    private static readonly short[] _values = [0, 256, -256, 32512, -32768, 1024];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(100_000)]
    public void Pieces_of_any_length_give_the_same_samples(int piece)
    {
        var wav = Samples.Wav(1, 16, 16000, 1, Bytes16(), before: Samples.Chunk("LIST", [1, 2, 3]));
        Samples.Read(wav, piece, out var format).ShouldBe(_values);
        format.ShouldBe(new SampleFormat(SampleEncoding.Signed16, 16000, 1));
    }

    [Fact]
    public void Every_width_is_read()
    {
        Read(1, 8, [.. _values.Select(value => (byte)((value >> 8) + 128))]).ShouldBe(_values);
        Read(1, 24, [.. _values.SelectMany(value => (byte[])[0, (byte)value, (byte)(value >> 8)])]).ShouldBe(_values);
        Read(1, 32, [.. _values.SelectMany(value => (byte[])[0, 0, (byte)value, (byte)(value >> 8)])]).ShouldBe(_values);
        Read(3, 32, [.. _values.SelectMany(value => Float(value / 32768f))]).ShouldBe(_values);
        Read(3, 64, [.. _values.SelectMany(value => BitConverter.GetBytes(value / 32768.0))]).ShouldBe(_values);
        Read(1, 16, Bytes16(), extensible: true).ShouldBe(_values);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0xFFFFFFFFu)]
    [InlineData(0x7FFFFFFFu)]
    public void A_data_chunk_of_unknown_size_lasts_to_the_end(uint size) =>
        Samples.Read(Samples.Wav(1, 16, 16000, 1, Bytes16(), size), 5, out _).ShouldBe(_values);

    [Fact]
    public void What_follows_the_samples_is_not_taken_for_samples()
    {
        byte[] wav = [.. Samples.Wav(1, 16, 16000, 1, Bytes16()), .. Samples.Chunk("LIST", new byte[50])];
        Samples.Read(wav, 1000, out _).ShouldBe(_values);
    }

    [Fact]
    public void Both_laws_of_telephony_are_read()
    {
        // Values of ITU-T G.711: the ends of the scale and the smallest steps.
        Read(7, 8, [0x00, 0x80, 0xFF, 0x7F, 0xFE]).ShouldBe([-32124, 32124, 0, 0, 8]);
        Read(6, 8, [0x2A, 0xAA, 0x55, 0xD5]).ShouldBe([-32256, 32256, -8, 8]);
    }

    [Theory]
    [InlineData(1, 12, 16000, 1)]
    [InlineData(0x55, 16, 16000, 1)]
    [InlineData(1, 16, 0, 1)]
    [InlineData(1, 16, 2_000_000_000, 1)]
    [InlineData(1, 16, 16000, 0)]
    [InlineData(1, 16, 16000, 5000)]
    public void What_cannot_be_read_is_refused_with_the_reason(int tag, int bits, int rate, int channels)
    {
        var error = Should.Throw<AudioRejectedException>(() => Samples.Read(Samples.Wav(tag, bits, rate, channels, Bytes16()), 100, out _));
        error.Error.Status.ShouldBe(400);
        error.Message.Length.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void Samples_before_their_format_are_refused() =>
        Should.Throw<AudioRejectedException>(() => Samples.Read([.. "RIFF\0\0\0\0WAVE"u8, .. Samples.Chunk("data", Bytes16())], 100, out _));

    private static short[] Read(int tag, int bits, byte[] data, bool extensible = false) =>
        Samples.Read(Samples.Wav(tag, bits, 16000, 1, data, extensible: extensible), 3, out _);

    private static byte[] Bytes16() => [.. _values.SelectMany(value => (byte[])[(byte)value, (byte)(value >> 8)])];

    private static byte[] Float(float value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        return bytes;
    }
}
