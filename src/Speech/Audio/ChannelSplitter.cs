using System.Buffers;

namespace Switchboard.Speech.Audio;

/// <summary>Takes interleaved samples apart, or mixes them into one channel. Samples come in pieces of any length. For one thread.</summary>
/// <param name="channels">Interleaved channels that come in.</param>
/// <param name="apart">Whether each channel is kept; otherwise their mean is the only one.</param>
internal sealed class ChannelSplitter(int channels, bool apart)
{
    private readonly short[] _frame = new short[channels];
    private int _inFrame;

    public int Outputs { get; } = apart ? channels : 1;

    /// <summary>Appends each output channel's samples to its writer; all get the same number.</summary>
    public void Split(ReadOnlySpan<short> interleaved, ReadOnlySpan<ArrayBufferWriter<short>> outputs)
    {
        if (channels == 1)
        {
            outputs[0].Write(interleaved);
            return;
        }

        foreach (var sample in interleaved)
        {
            _frame[_inFrame++] = sample;
            if (_inFrame < channels)
            {
                continue;
            }

            _inFrame = 0;
            if (apart)
            {
                for (var channel = 0; channel < channels; channel++)
                {
                    Append(outputs[channel], _frame[channel]);
                }
            }
            else
            {
                var sum = 0;
                foreach (var value in _frame)
                {
                    sum += value;
                }

                Append(outputs[0], (short)(sum / channels));
            }
        }
    }

    private static void Append(ArrayBufferWriter<short> output, short sample)
    {
        output.GetSpan(1)[0] = sample;
        output.Advance(1);
    }
}
