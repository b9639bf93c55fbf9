using System.Buffers;
using System.Buffers.Binary;

namespace Switchboard.Grains.Speech.Wire;

/// <summary>
/// Puts the packets of a live stream that was declared <c>encoding=opus</c>, one in each message, into Ogg (RFC 7845), a page for each: so that
/// no border between messages has to be kept on the way, any engine that reads Ogg hears them, and nobody decodes them who is not fenced in for it.
/// A client that declares so and sends a container all the same is let through as it is. For one stream and one thread.
/// </summary>
/// <param name="channels">Channels that the decoder is to put out, 1 or 2.</param>
/// <param name="sampleRate">What the encoder was given, for information: Opus itself knows one rate.</param>
public sealed class OpusStream(int channels, int sampleRate)
{
    /// <summary>The encoding that it is for.</summary>
    public const string Encoding = "opus";

    /// <summary>The most channels that a packet of Opus holds.</summary>
    public const int MostChannels = 2;

    private const int MagicBytes = 4;
    private const int HeadBytes = 27;
    private const byte BeginsStream = 2;
    private const uint Serial = 1;

    private static readonly uint[] _crc = Crc();

    private readonly ArrayBufferWriter<byte> _packet = new();
    private bool? _isContainer;
    private bool _hasHead;
    private uint _pages;
    private long _samples;

    /// <summary>Whether packets are counted, so that <see cref="Milliseconds"/> is what was taken; false while nothing came, and with a container.</summary>
    public bool IsCounted => Samples > 0;

    /// <summary>Samples of the packets taken, at <see cref="OpusPacket.Rate"/>. Safe to read from any thread, as all that is computed of it.</summary>
    public long Samples => Volatile.Read(ref _samples);

    /// <summary>Whole milliseconds of the packets taken.</summary>
    public long Milliseconds => Samples * 1000 / OpusPacket.Rate;

    /// <summary>One for the stream that was asked for; null when its audio is none of headerless Opus.</summary>
    public static OpusStream? For(ListenParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return parameters.Encoding == Encoding ? new OpusStream(parameters.Channels, parameters.SampleRate ?? OpusPacket.Rate) : null;
    }

    /// <summary>What an engine is to be asked for that hears the stream in its container.</summary>
    public static ListenParameters InContainer(ListenParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return parameters.Encoding == Encoding ? parameters with { Encoding = null, SampleRate = null, Channels = 1 } : parameters;
    }

    /// <summary>Takes a part of a message in and puts out what is to be sent on.</summary>
    /// <param name="part">The bytes.</param>
    /// <param name="endOfMessage">Whether the message ends with them.</param>
    /// <param name="output">Where pages go.</param>
    /// <returns>False when the message is no packet of Opus; then nothing more may be taken.</returns>
    public bool Take(ReadOnlySpan<byte> part, bool endOfMessage, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (_isContainer is true)
        {
            output.Write(part);
            return true;
        }

        _packet.Write(part);
        if (_isContainer is null && (_packet.WrittenCount >= MagicBytes || endOfMessage))
        {
            _isContainer = IsContainer(_packet.WrittenSpan);
            if (_isContainer is true)
            {
                output.Write(_packet.WrittenSpan);
                _packet.ResetWrittenCount();
                return true;
            }
        }

        if (_packet.WrittenCount > OpusPacket.MostBytes)
        {
            return false;
        }

        if (!endOfMessage)
        {
            return true;
        }

        var packet = _packet.WrittenSpan;
        if (!OpusPacket.TryMeasure(packet, out var samples))
        {
            return false;
        }

        WriteHead(output);
        Volatile.Write(ref _samples, _samples + samples);
        WritePage(packet, _samples, flags: 0, output);
        _packet.ResetWrittenCount();
        return true;
    }

    private static bool IsContainer(ReadOnlySpan<byte> first) =>
        first.StartsWith("OggS"u8) || first.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]);

    // Nothing is skipped at the beginning: what is heard lasts as long as what was sent.
    private void WriteHead(IBufferWriter<byte> output)
    {
        if (_hasHead)
        {
            return;
        }

        _hasHead = true;
        Span<byte> head = stackalloc byte[19];
        "OpusHead"u8.CopyTo(head);
        (head[8], head[9]) = (1, (byte)channels);
        BinaryPrimitives.WriteUInt32LittleEndian(head[12..], (uint)sampleRate);
        WritePage(head, 0, BeginsStream, output);
        WritePage([.. "OpusTags"u8, 11, 0, 0, 0, .. "Switchboard"u8, 0, 0, 0, 0], 0, flags: 0, output);
    }

    private void WritePage(ReadOnlySpan<byte> packet, long end, byte flags, IBufferWriter<byte> output)
    {
        // The length, as bytes of 255 and one that is less.
        var segments = (packet.Length / 255) + 1;
        var size = HeadBytes + segments + packet.Length;
        var page = output.GetSpan(size)[..size];
        "OggS"u8.CopyTo(page);
        (page[4], page[5]) = (0, flags);
        BinaryPrimitives.WriteInt64LittleEndian(page[6..], end);
        BinaryPrimitives.WriteUInt32LittleEndian(page[14..], Serial);
        BinaryPrimitives.WriteUInt32LittleEndian(page[18..], _pages++);
        BinaryPrimitives.WriteUInt32LittleEndian(page[22..], 0);
        page[26] = (byte)segments;
        page.Slice(HeadBytes, segments - 1).Fill(255);
        page[HeadBytes + segments - 1] = (byte)(packet.Length % 255);
        packet.CopyTo(page[(HeadBytes + segments)..]);
        uint crc = 0;
        foreach (var next in page)
        {
            crc = (crc << 8) ^ _crc[(crc >> 24) ^ next];
        }

        BinaryPrimitives.WriteUInt32LittleEndian(page[22..], crc);
        output.Advance(size);
    }

    // RFC 3533: the polynomial 0x04C11DB7, from the highest bit, beginning with nothing.
    private static uint[] Crc()
    {
        var table = new uint[256];
        for (uint index = 0; index < 256; index++)
        {
            var value = index << 24;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value << 1) ^ ((value & 0x80000000) != 0 ? 0x04C11DB7u : 0);
            }

            table[index] = value;
        }

        return table;
    }
}
