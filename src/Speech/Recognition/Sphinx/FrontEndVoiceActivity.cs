using System.Globalization;
using System.Runtime.InteropServices;

namespace Switchboard.Speech.Recognition.Sphinx;

/// <summary>The voice detector of PocketSphinx' front end, without a model: 71 KiB and less than a thousandth of a core.</summary>
internal sealed unsafe class FrontEndVoiceActivity : IVoiceActivity
{
    private const int MostFrames = 64;

    private readonly nint _frontEnd;
    private readonly SphinxArguments _arguments;
    private readonly float* _features;
    private readonly float** _rows;

    /// <param name="hang">Silence that ends speech, 100 ms at least.</param>
    public FrontEndVoiceActivity(TimeSpan hang)
    {
        var frames = Math.Max(10, (int)(hang.TotalMilliseconds / 10));
        _arguments = new SphinxArguments(
            SphinxNative.fe_get_args(), "-samprate", "16000", "-vad_threshold", "2.0", "-vad_postspeech", frames.ToString(CultureInfo.InvariantCulture));
        _frontEnd = SphinxNative.fe_init_auto_r(_arguments.Handle);
        if (_frontEnd == 0)
        {
            _arguments.Dispose();
            throw new SphinxException("PocketSphinx could not make its front end");
        }

        SphinxNative.fe_start_stream(_frontEnd);
        _ = SphinxNative.fe_start_utt(_frontEnd);
        var width = SphinxNative.fe_get_output_size(_frontEnd);
        _features = (float*)NativeMemory.AllocZeroed((nuint)(MostFrames * width * sizeof(float)));
        _rows = (float**)NativeMemory.Alloc((nuint)(MostFrames * sizeof(float*)));
        for (var row = 0; row < MostFrames; row++)
        {
            _rows[row] = _features + (row * width);
        }
    }

    public int OnsetDelay => Audio.Resampler.Rate * 12 / 100;

    public bool Accept(ReadOnlySpan<short> step)
    {
        fixed (short* samples = step)
        {
            var at = samples;
            var left = (nuint)step.Length;
            while (left > 0)
            {
                var before = left;
                var frames = MostFrames;
                var first = 0;
                if (SphinxNative.fe_process_frames(_frontEnd, &at, &left, _rows, &frames, &first) < 0 || (left == before && frames == 0))
                {
                    break;
                }
            }
        }

        return SphinxNative.fe_get_vad_state(_frontEnd) != 0;
    }

    public void Dispose()
    {
        _ = SphinxNative.fe_free(_frontEnd);
        _arguments.Dispose();
        NativeMemory.Free(_features);
        NativeMemory.Free(_rows);
    }
}
