using System.Globalization;

namespace Switchboard.Speech.Recognition.Sphinx;

/// <summary>
/// Finds the normaliser inside a decoder. The library has no function for it, so its place is that of one build; it is checked before
/// it is trusted, and a decoder of another build is used for one session only.
/// </summary>
internal static unsafe class CmnAccess
{
    private const int OffsetInFeatures = 88;
    private const int OffsetOfLength = 28;

    /// <summary>The normaliser's address, or 0 when this build is laid out in another way.</summary>
    public static nint Find(nint features)
    {
        if (features == 0 || !IsReadable(features, OffsetInFeatures + nint.Size))
        {
            return 0;
        }

        var cmn = *(nint*)(features + OffsetInFeatures);
        if (cmn == 0 || cmn % nint.Size != 0 || !IsReadable(cmn, OffsetOfLength + sizeof(int)) || *(int*)(cmn + OffsetOfLength) != CmnState.Length)
        {
            return 0;
        }

        var means = *(nint*)cmn;
        if (means == 0 || !IsReadable(means, CmnState.Length * sizeof(float)))
        {
            return 0;
        }

        // The first mean is the loudness, 41 in the model; the others lie around nothing.
        var first = *(float*)means;
        return first is > 1 and < 200 ? cmn : 0;
    }

    public static CmnState Get(nint cmn)
    {
        var means = new float[CmnState.Length];
        fixed (float* to = means)
        {
            SphinxNative.cmn_live_get(cmn, to);
        }

        return new CmnState(means);
    }

    public static void Set(nint cmn, CmnState state)
    {
        fixed (float* from = state.Means)
        {
            SphinxNative.cmn_live_set(cmn, from);
        }
    }

    private static bool IsReadable(nint address, int length)
    {
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            var dash = line.IndexOf('-', StringComparison.Ordinal);
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var from = long.Parse(line.AsSpan(0, dash), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var to = long.Parse(line.AsSpan(dash + 1, space - dash - 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (address >= from && address < to)
            {
                return line[space + 1] == 'r' && address + length <= to;
            }
        }

        return false;
    }
}
