using System.Buffers;
using System.Buffers.Binary;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Testing.Speech;

namespace Switchboard.Grains.Tests.Speech;

public sealed class OpusStreamTests
{
    private readonly ArrayBufferWriter<byte> _output = new();

    [Fact]
    public void Packets_come_out_of_the_container_as_they_went_in_however_their_messages_were_cut()
    {
        var stream = new OpusStream(2, 24_000);
        var random = new Random(4);
        int[] lengths = [0, 1, 100, 253, 254, 255, 509, 510, 511, 1275];
        byte[][] packets = [.. lengths.Select(length => Packet(random, length))];

        foreach (var packet in packets)
        {
            for (var at = 0; at < packet.Length;)
            {
                var part = Math.Min(1 + random.Next(400), packet.Length - at);
                stream.Take(packet.AsSpan(at, part), at + part == packet.Length, _output).ShouldBeTrue();
                at += part;
            }
        }

        var inside = OpusPackets.FromOgg(_output.WrittenSpan.ToArray()).ToArray();
        inside[0].ShouldBe([.. "OpusHead"u8, 1, 2, 0, 0, 0xC0, 0x5D, 0, 0, 0, 0, 0]);
        inside[1].AsSpan(0, 8).SequenceEqual("OpusTags"u8).ShouldBeTrue();
        inside[2..].ShouldBe(packets);
        stream.IsCounted.ShouldBeTrue();
        stream.Milliseconds.ShouldBe(20 * packets.Length);
    }

    [Fact]
    public void A_page_says_how_far_the_audio_is_and_holds_the_checksum_of_the_format()
    {
        var stream = new OpusStream(1, 48_000);
        stream.Take([0x78, 1], endOfMessage: true, _output).ShouldBeTrue();
        _output.ResetWrittenCount();
        stream.Take([0x7B, 3, 1, 2, 3], endOfMessage: true, _output).ShouldBeTrue();

        var page = _output.WrittenSpan.ToArray();
        BinaryPrimitives.ReadInt64LittleEndian(page.AsSpan(6)).ShouldBe(48 * 80);
        BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(18)).ShouldBe(3u);
        var told = BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(22));
        page.AsSpan(22, 4).Clear();
        told.ShouldBe(Divide(page));
    }

    [Theory]
    [InlineData("OggS")]
    [InlineData("\u001aE\u00df\u00a3")]
    public void A_container_that_was_declared_as_packets_goes_through_as_it_is(string magic)
    {
        var stream = new OpusStream(1, 48_000);
        byte[] file = [.. magic.Select(letter => (byte)letter), .. new byte[100_000]];

        stream.Take(file.AsSpan(0, 3), endOfMessage: false, _output).ShouldBeTrue();
        stream.Take(file.AsSpan(3, 50_000), endOfMessage: true, _output).ShouldBeTrue();
        stream.Take(file.AsSpan(50_003), endOfMessage: true, _output).ShouldBeTrue();

        _output.WrittenSpan.SequenceEqual(file).ShouldBeTrue();
        stream.IsCounted.ShouldBeFalse();
    }

    [Fact]
    public void A_message_that_is_no_packet_is_refused_and_one_that_never_ends_too()
    {
        new OpusStream(1, 48_000).Take("{\"type\":\"hello\"}"u8, endOfMessage: true, _output).ShouldBeFalse();

        var endless = new OpusStream(1, 48_000);
        var taken = 0;
        while (endless.Take(new byte[10_000], endOfMessage: false, _output))
        {
            (++taken).ShouldBeLessThan(10);
        }

        _output.WrittenCount.ShouldBe(0);
    }

    private static byte[] Packet(Random random, int length)
    {
        var packet = new byte[1 + length];
        random.NextBytes(packet);
        packet[0] = 0x78;
        return packet;
    }

    // Bit by bit, as RFC 3533 describes it.
    private static uint Divide(ReadOnlySpan<byte> bytes)
    {
        uint rest = 0;
        foreach (var next in bytes)
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                var carry = (rest >> 31) ^ (uint)((next >> bit) & 1);
                rest = (rest << 1) ^ (carry * 0x04C11DB7u);
            }
        }

        return rest;
    }
}
