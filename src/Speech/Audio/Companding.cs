namespace Switchboard.Speech.Audio;

/// <summary>Tables of ITU-T G.711.</summary>
internal static class Companding
{
    public static ReadOnlySpan<short> MuLaw => _muLaw;

    public static ReadOnlySpan<short> ALaw => _aLaw;

    private static readonly short[] _muLaw = Table(DecodeMuLaw);

    private static readonly short[] _aLaw = Table(DecodeALaw);

    private static short[] Table(Func<int, int> decode)
    {
        var table = new short[256];
        for (var i = 0; i < table.Length; i++)
        {
            table[i] = (short)decode(i);
        }

        return table;
    }

    private static int DecodeMuLaw(int code)
    {
        code = ~code & 0xFF;
        var magnitude = ((((code & 0x0F) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84;
        return (code & 0x80) != 0 ? -magnitude : magnitude;
    }

    private static int DecodeALaw(int code)
    {
        code ^= 0x55;
        var exponent = (code >> 4) & 7;
        var magnitude = ((code & 0x0F) << 4) + (exponent == 0 ? 8 : 0x108);
        magnitude <<= Math.Max(exponent - 1, 0);
        return (code & 0x80) != 0 ? magnitude : -magnitude;
    }
}
