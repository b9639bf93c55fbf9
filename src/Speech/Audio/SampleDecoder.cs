using System.Buffers;
using System.Buffers.Binary;

namespace Switchboard.Speech.Audio;

/// <summary>
/// Turns bytes into 16-bit samples. Bytes come in pieces of any length: what is left of a sample waits for the next piece, so that a
/// client's odd frame does not turn the rest of the stream into noise. For one stream and one thread.
/// </summary>
internal sealed class SampleDecoder(SampleEncoding encoding)
{
    private readonly byte[] _rest = new byte[8];
    private int _restLength;
    private SampleEncoding _encoding = encoding;

    public int BytesPerSample { get; } = Size(encoding);

    public static int Size(SampleEncoding encoding) => encoding switch
    {
        SampleEncoding.Unsigned8 or SampleEncoding.MuLaw or SampleEncoding.ALaw => 1,
        SampleEncoding.Signed16 => 2,
        SampleEncoding.Signed24 => 3,
        SampleEncoding.Float64 => 8,
        _ => 4,
    };

    /// <summary>Writes the whole samples that are there now.</summary>
    public void Decode(ReadOnlySpan<byte> bytes, IBufferWriter<short> output)
    {
        if (_restLength > 0)
        {
            var missing = Math.Min(BytesPerSample - _restLength, bytes.Length);
            bytes[..missing].CopyTo(_rest.AsSpan(_restLength));
            _restLength += missing;
            bytes = bytes[missing..];
            if (_restLength < BytesPerSample)
            {
                return;
            }

            Convert(_rest.AsSpan(0, BytesPerSample), output.GetSpan(1));
            output.Advance(1);
            _restLength = 0;
        }

        var samples = bytes.Length / BytesPerSample;
        if (samples > 0)
        {
            Convert(bytes[..(samples * BytesPerSample)], output.GetSpan(samples));
            output.Advance(samples);
        }

        var rest = bytes[(samples * BytesPerSample)..];
        rest.CopyTo(_rest);
        _restLength = rest.Length;
    }

    private void Convert(ReadOnlySpan<byte> bytes, Span<short> to)
    {
        if (_encoding == SampleEncoding.Linear32)
        {
            _encoding = LooksLikeFloat(bytes) ?? SampleEncoding.Linear32;
        }

        var count = bytes.Length / BytesPerSample;
        switch (_encoding)
        {
            case SampleEncoding.Unsigned8:
                for (var i = 0; i < count; i++)
                {
                    to[i] = (short)((bytes[i] - 128) << 8);
                }

                break;
            case SampleEncoding.MuLaw:
                Look(bytes, to, Companding.MuLaw);
                break;
            case SampleEncoding.ALaw:
                Look(bytes, to, Companding.ALaw);
                break;
            case SampleEncoding.Signed16:
                for (var i = 0; i < count; i++)
                {
                    to[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]);
                }

                break;
            case SampleEncoding.Signed24:
                for (var i = 0; i < count; i++)
                {
                    to[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes[((3 * i) + 1)..]);
                }

                break;
            case SampleEncoding.Float32:
                for (var i = 0; i < count; i++)
                {
                    to[i] = FromFloat(BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]));
                }

                break;
            case SampleEncoding.Float64:
                for (var i = 0; i < count; i++)
                {
                    to[i] = FromFloat(BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]));
                }

                break;
            default:
                for (var i = 0; i < count; i++)
                {
                    to[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes[((4 * i) + 2)..]);
                }

                break;
        }
    }

    // A number that is not one is silence; what is too loud is clipped.
    private static short FromFloat(double value) =>
        double.IsNaN(value) ? (short)0 : (short)Math.Clamp(value * 32768.0, short.MinValue, short.MaxValue);

    private static void Look(ReadOnlySpan<byte> bytes, Span<short> to, ReadOnlySpan<short> table)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            to[i] = table[bytes[i]];
        }
    }

    // Whole numbers of ordinary loudness, read as floating point, are denormal or not numbers at all. Silence is the same in both.
    private static SampleEncoding? LooksLikeFloat(ReadOnlySpan<byte> bytes)
    {
        int votes = 0, seen = 0;
        for (var i = 0; i + 4 <= bytes.Length && seen < 64; i += 4)
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(bytes[i..]) is 0 or int.MinValue)
            {
                continue;
            }

            seen++;
            votes += Math.Abs(BinaryPrimitives.ReadSingleLittleEndian(bytes[i..])) is > 1e-9f and < 8f ? 1 : -1;
        }

        return seen == 0 ? null : votes > 0 ? SampleEncoding.Float32 : SampleEncoding.Signed32;
    }
}
