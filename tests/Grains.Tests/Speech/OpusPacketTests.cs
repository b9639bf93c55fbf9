using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Grains.Tests.Speech;

public sealed class OpusPacketTests
{
    // The table of RFC 6716, section 3.1: SILK in three bands, hybrid in two, CELT in four.
    [Fact]
    public void The_first_byte_tells_how_long_a_packet_of_one_frame_lasts()
    {
        double[] silk = [10, 20, 40, 60];
        double[] hybrid = [10, 20];
        double[] celt = [2.5, 5, 10, 20];
        double[] expected = [.. silk, .. silk, .. silk, .. hybrid, .. hybrid, .. celt, .. celt, .. celt, .. celt];

        var told = Enumerable.Range(0, 32).Select(configuration =>
        {
            OpusPacket.TryMeasure([(byte)(configuration << 3), 1, 2], out var mono).ShouldBeTrue();
            OpusPacket.TryMeasure([(byte)((configuration << 3) | 4), 1, 2], out var stereo).ShouldBeTrue();
            stereo.ShouldBe(mono);
            return mono / 48.0;
        });

        told.ShouldBe(expected);
    }

    [Theory]
    [InlineData(20, new byte[] { 0x78 })] // a frame of no bytes: nothing was sent, and the decoder fills in
    [InlineData(40, new byte[] { 0x79, 1, 2, 3, 4 })]
    [InlineData(40, new byte[] { 0x7A, 1, 9, 8, 7 })]
    [InlineData(40, new byte[] { 0x7A, 0 })]
    [InlineData(60, new byte[] { 0x7B, 3, 1, 2, 3 })]
    [InlineData(60, new byte[] { 0x7B, 0x83, 1, 2, 1, 2, 3 })]
    [InlineData(60, new byte[] { 0x7B, 0x43, 2, 1, 2, 3, 0, 0 })]
    [InlineData(120, new byte[] { 0x7B, 6 })]
    [InlineData(120, new byte[] { 0xE3, 48 })]
    public void Several_frames_last_as_long_as_all_of_them(int milliseconds, byte[] packet)
    {
        OpusPacket.TryMeasure(packet, out var samples).ShouldBeTrue();

        samples.ShouldBe(milliseconds * 48);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x79, 1, 2, 3 })] // two frames of one length in an odd number of bytes
    [InlineData(new byte[] { 0x7A })]
    [InlineData(new byte[] { 0x7A, 5, 1, 2 })] // a frame longer than the packet
    [InlineData(new byte[] { 0x7A, 252 })]
    [InlineData(new byte[] { 0x7B })]
    [InlineData(new byte[] { 0x7B, 0 })] // no frames
    [InlineData(new byte[] { 0x7B, 7 })] // 140 ms
    [InlineData(new byte[] { 0x1B, 3 })] // 180 ms
    [InlineData(new byte[] { 0xE3, 49 })]
    [InlineData(new byte[] { 0x7B, 2, 1 })]
    [InlineData(new byte[] { 0x7B, 0x41, 3, 1 })] // more padding than packet
    [InlineData(new byte[] { 0x7B, 0x41, 255, 255 })]
    [InlineData(new byte[] { 0x7B, 0x83, 9, 9, 1 })]
    public void What_breaks_the_rules_of_section_3_4_is_no_packet(byte[] packet) =>
        OpusPacket.TryMeasure(packet, out _).ShouldBeFalse();

    [Fact]
    public void A_frame_of_more_than_1275_bytes_is_no_packet()
    {
        OpusPacket.TryMeasure([0x78, .. new byte[1275]], out _).ShouldBeTrue();
        OpusPacket.TryMeasure([0x78, .. new byte[1276]], out _).ShouldBeFalse();
    }

    [Fact]
    public void Any_bytes_are_measured_or_refused()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var bytes = new byte[300];
        var packets = 0;
        for (var round = 0; round < 10_000; round++)
        {
            random.NextBytes(bytes);
            var packet = bytes.AsSpan(0, random.Next(bytes.Length));
            if (OpusPacket.TryMeasure(packet, out var samples))
            {
                packets++;
                samples.ShouldBeInRange(120, 5760);
            }
        }

        packets.ShouldBeInRange(1000, 9000);
    }
}
