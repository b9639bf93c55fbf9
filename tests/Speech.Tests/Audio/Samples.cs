using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Switchboard.Speech.Audio;

namespace Switchboard.Speech.Tests.Audio;

/// <summary>Audio made for tests.</summary>
internal static class Samples
{
    public static short[] Sine(double hertz, int rate, double seconds, double amplitude = 10_000) =>
        [.. Enumerable.Range(0, (int)(seconds * rate)).Select(n => (short)(amplitude * Math.Sin(2 * Math.PI * hertz * n / rate)))];

    public static byte[] Wav(int tag, int bits, int rate, int channels, byte[] data, uint? size = null, bool extensible = false, byte[]? before = null)
    {
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write("RIFF"u8);
        writer.Write(0xFFFFFFFF);
        writer.Write("WAVE"u8);
        writer.Write(before ?? []);
        writer.Write("fmt "u8);
        writer.Write(extensible ? 40 : 16);
        writer.Write((ushort)(extensible ? 0xFFFE : tag));
        writer.Write((ushort)channels);
        writer.Write(rate);
        writer.Write(rate * channels * bits / 8);
        writer.Write((ushort)(channels * bits / 8));
        writer.Write((ushort)bits);
        if (extensible)
        {
            writer.Write((ushort)22);
            writer.Write((ushort)bits);
            writer.Write(0);
            writer.Write((ushort)tag);
            writer.Write(new byte[14]);
        }

        writer.Write("data"u8);
        writer.Write(size ?? (uint)data.Length);
        writer.Write(data);
        writer.Flush();
        return file.ToArray();
    }

    public static byte[] Chunk(string name, byte[] data)
    {
        var header = new byte[8];
        Encoding.ASCII.GetBytes(name, header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), data.Length);
        return [.. header, .. data, .. new byte[data.Length & 1]];
    }

    public static short[] Read(byte[] wav, int piece, out SampleFormat? format)
    {
        var reader = new WavReader();
        var samples = new ArrayBufferWriter<short>();
        foreach (var part in wav.Chunk(piece))
        {
            reader.Read(part, samples);
        }

        format = reader.Format;
        return samples.WrittenSpan.ToArray();
    }
}
