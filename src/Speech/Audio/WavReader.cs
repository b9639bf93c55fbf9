using System.Buffers;
using System.Buffers.Binary;

namespace Switchboard.Speech.Audio;

/// <summary>Samples per second and interleaved channels of a stream, and how its samples are written.</summary>
/// <param name="Encoding">How a sample is written.</param>
/// <param name="SampleRate">Samples per second and channel.</param>
/// <param name="Channels">Interleaved channels.</param>
public readonly record struct SampleFormat(SampleEncoding Encoding, int SampleRate, int Channels);

/// <summary>
/// Reads RIFF/WAVE and RF64 as it arrives: PCM of 8 to 32 bits, floating point, mu-law, A-law, also as the extensible format.
/// A data chunk whose size is unknown (0, all ones, or larger than what follows, as streaming writers leave it) lasts to the end.
/// Memory does not depend on the file: chunks that are not needed are skipped as they pass. For one stream and one thread.
/// </summary>
internal sealed class WavReader
{
    /// <summary>A format chunk has 16, 18 or 40 bytes; a longer one is read this far.</summary>
    private const int FormatBytes = 40;

    private readonly byte[] _head = new byte[FormatBytes];
    private int _headLength;
    private Part _part = Part.Riff;
    private uint _chunk;
    private long _left;
    private bool _endless;
    private SampleDecoder? _samples;

    /// <summary>Known once the format chunk has passed.</summary>
    public SampleFormat? Format { get; private set; }

    /// <summary>Writes the samples, interleaved, that are in this piece.</summary>
    /// <exception cref="AudioRejectedException">This is no WAV, or one in a form that cannot be read.</exception>
    public void Read(ReadOnlySpan<byte> bytes, IBufferWriter<short> output)
    {
        while (!bytes.IsEmpty)
        {
            switch (_part)
            {
                case Part.Riff:
                    if (Fill(ref bytes, 12))
                    {
                        ReadRiff();
                    }

                    break;
                case Part.Chunk:
                    if (Fill(ref bytes, 8))
                    {
                        ReadChunkHeader();
                    }

                    break;
                case Part.Format:
                    if (Fill(ref bytes, (int)Math.Min(_left, FormatBytes)))
                    {
                        ReadFormat();
                    }

                    break;
                case Part.Skip:
                    Skip(ref bytes);
                    break;
                case Part.Data:
                    ReadData(ref bytes, output);
                    break;
                default:
                    return;
            }
        }
    }

    private bool Fill(ref ReadOnlySpan<byte> bytes, int wanted)
    {
        var take = Math.Min(wanted - _headLength, bytes.Length);
        bytes[..take].CopyTo(_head.AsSpan(_headLength));
        bytes = bytes[take..];
        _headLength += take;
        return _headLength == wanted;
    }

    private void ReadRiff()
    {
        if (ContainerSniffer.Sniff(_head.AsSpan(0, 12)) != AudioContainer.Wav)
        {
            throw new AudioRejectedException("this is no WAV file");
        }

        Next(Part.Chunk);
    }

    private void ReadChunkHeader()
    {
        _chunk = BinaryPrimitives.ReadUInt32BigEndian(_head);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(_head.AsSpan(4));
        if (_chunk == Name("data"u8))
        {
            if (Format is not { } format)
            {
                throw new AudioRejectedException("the WAV file has samples before their format");
            }

            _samples = new SampleDecoder(format.Encoding);
            _endless = size is 0 or >= 0x7FFFFF00;
            _left = size;
            Next(Part.Data);
        }
        else if (_chunk == Name("fmt "u8) && Format is null)
        {
            if (size < 16)
            {
                throw new AudioRejectedException($"the WAV file's format has {size} bytes; at least 16 are needed");
            }

            _left = size + (size & 1L);
            Next(Part.Format);
        }
        else
        {
            _left = size + (size & 1L);
            Next(_left == 0 ? Part.Chunk : Part.Skip);
        }
    }

    private void ReadFormat()
    {
        var read = (int)Math.Min(_left, FormatBytes);
        Format = Parse(_head.AsSpan(0, read));
        _left -= read;
        Next(_left == 0 ? Part.Chunk : Part.Skip);
    }

    private void Skip(ref ReadOnlySpan<byte> bytes)
    {
        var skipped = (int)Math.Min(_left, bytes.Length);
        bytes = bytes[skipped..];
        _left -= skipped;
        if (_left == 0)
        {
            Next(Part.Chunk);
        }
    }

    private void ReadData(ref ReadOnlySpan<byte> bytes, IBufferWriter<short> output)
    {
        var take = _endless ? bytes.Length : (int)Math.Min(_left, bytes.Length);
        _samples!.Decode(bytes[..take], output);
        bytes = bytes[take..];
        _left -= take;
        if (!_endless && _left == 0)
        {
            // What follows the samples are names and cue points.
            Next(Part.Done);
        }
    }

    private void Next(Part part)
    {
        _part = part;
        _headLength = 0;
    }

    private static SampleFormat Parse(ReadOnlySpan<byte> chunk)
    {
        var tag = BinaryPrimitives.ReadUInt16LittleEndian(chunk);
        var channels = BinaryPrimitives.ReadUInt16LittleEndian(chunk[2..]);
        var rate = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
        var bits = BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]);
        const int Extensible = 0xFFFE;
        if (tag == Extensible && chunk.Length >= 26)
        {
            // The first two bytes of the sub-format's GUID are the tag that an ordinary file has.
            tag = BinaryPrimitives.ReadUInt16LittleEndian(chunk[24..]);
        }

        SampleEncoding? encoding = (tag, bits) switch
        {
            (1, 8) => SampleEncoding.Unsigned8,
            (1, 16) => SampleEncoding.Signed16,
            (1, 24) => SampleEncoding.Signed24,
            (1, 32) => SampleEncoding.Signed32,
            (3, 32) => SampleEncoding.Float32,
            (3, 64) => SampleEncoding.Float64,
            (6, 8) => SampleEncoding.ALaw,
            (7, 8) => SampleEncoding.MuLaw,
            _ => null,
        };
        if (encoding is not { } known)
        {
            throw new AudioRejectedException($"the WAV file has samples of kind {tag} with {bits} bits, which are not read");
        }

        return AudioLimits.Check(new SampleFormat(known, (int)Math.Min(rate, int.MaxValue), channels));
    }

    private static uint Name(ReadOnlySpan<byte> name) => BinaryPrimitives.ReadUInt32BigEndian(name);

    private enum Part
    {
        Riff,
        Chunk,
        Format,
        Skip,
        Data,
        Done,
    }
}
