using System.Runtime.InteropServices;

namespace Switchboard.Testing.Speech;

/// <summary>
/// Audio whose words can be checked: blocks of a tenth of a second, 16 kHz, 16 bits, one channel; every sample of block n is n. So what
/// was heard tells what was lost, doubled or moved.
/// </summary>
public static class TestAudio
{
    /// <summary>Samples a second.</summary>
    public const int SampleRate = 16_000;

    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = SampleRate / 10 * 2;

    /// <summary>Blocks from one on.</summary>
    public static byte[] Blocks(int from, int count)
    {
        var samples = new short[count * BlockBytes / 2];
        for (var index = 0; index < samples.Length; index++)
        {
            samples[index] = (short)(from + (index / (BlockBytes / 2)));
        }

        return MemoryMarshal.AsBytes<short>(samples).ToArray();
    }

    /// <summary>The word that stands for a block.</summary>
    public static string Word(int block) => $"w{block}";
}
