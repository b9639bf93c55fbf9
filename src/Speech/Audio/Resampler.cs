using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Switchboard.Speech.Audio;

/// <summary>
/// Brings one channel to <see cref="Rate"/>. Faster audio is low-passed (windowed sinc). Slower audio is not: its samples are repeated,
/// because the acoustic model has only heard speech with something above 4 kHz and knows band-limited speech far worse (word error
/// rate 92 % against 58 %). For one stream and one thread.
/// </summary>
internal sealed class Resampler
{
    /// <summary>Samples per second that come out.</summary>
    public const int Rate = 16_000;

    private const int Phases = 128;
    private const int ZeroCrossings = 12;

    private readonly int _from;
    private readonly int _taps;
    private readonly float[] _kernel = [];
    private readonly float[] _history = [];
    private int _kept;

    // Where the next output lies: a whole sample of the history, and a remainder in units of 1/Rate samples.
    private long _whole;
    private long _remainder;

    public Resampler(int from)
    {
        _from = from;
        if (from > Rate)
        {
            var widening = (double)from / Rate;
            _taps = (int)Math.Ceiling(2 * ZeroCrossings * widening / Vector<float>.Count) * Vector<float>.Count;
            _kernel = Kernel(widening, _taps);
            _history = new float[8192 + _taps];

            // So that the first output lies on the first sample, half the kernel lies before it.
            _kept = (_taps / 2) - 1;
        }
    }

    /// <summary>Samples that are held back because the kernel reaches behind them: the output lags by no more than this.</summary>
    public int Delay => _taps / 2;

    /// <summary>Appends what can be computed of the output.</summary>
    public void Resample(ReadOnlySpan<short> input, ArrayBufferWriter<short> output)
    {
        if (_from == Rate)
        {
            output.Write(input);
        }
        else if (_from < Rate)
        {
            Repeat(input, output);
        }
        else
        {
            while (!input.IsEmpty)
            {
                var piece = input[..Math.Min(input.Length, 4096)];
                input = input[piece.Length..];
                Filter(piece, output);
            }
        }
    }

    /// <summary>Appends what was held back, as if silence followed.</summary>
    public void Flush(ArrayBufferWriter<short> output)
    {
        if (_from > Rate)
        {
            Filter(new short[Delay], output);
        }
    }

    // Sample n of the output is the sample of the input in whose time it falls.
    private void Repeat(ReadOnlySpan<short> input, ArrayBufferWriter<short> output)
    {
        var most = (int)(((long)input.Length * Rate / _from) + 2);
        var to = output.GetSpan(most);
        var written = 0;
        foreach (var sample in input)
        {
            while (_remainder < Rate)
            {
                to[written++] = sample;
                _remainder += _from;
            }

            _remainder -= Rate;
        }

        output.Advance(written);
    }

    private void Filter(ReadOnlySpan<short> input, ArrayBufferWriter<short> output)
    {
        for (var i = 0; i < input.Length; i++)
        {
            _history[_kept + i] = input[i];
        }

        _kept += input.Length;
        var to = output.GetSpan((int)((long)input.Length * Rate / _from) + 2);
        var written = 0;
        while (_whole + _taps <= _kept)
        {
            var phase = (int)(_remainder * Phases / Rate);
            var sum = Dot(_history.AsSpan((int)_whole, _taps), _kernel.AsSpan(phase * _taps, _taps));
            to[written++] = (short)Math.Clamp(MathF.Round(sum), short.MinValue, short.MaxValue);
            _remainder += _from;
            _whole += _remainder / Rate;
            _remainder %= Rate;
        }

        output.Advance(written);
        var gone = (int)Math.Min(_whole, _kept);
        Array.Copy(_history, gone, _history, 0, _kept - gone);
        _kept -= gone;
        _whole -= gone;
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var left = MemoryMarshal.Cast<float, Vector<float>>(a);
        var right = MemoryMarshal.Cast<float, Vector<float>>(b);
        var sum = Vector<float>.Zero;
        for (var i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return Vector.Sum(sum);
    }

    // One row for each fraction of a sample: a sinc at 95 % of the output's band under a Hann window, each row adding up to 1.
    private static float[] Kernel(double widening, int taps)
    {
        var kernel = new float[Phases * taps];
        for (var phase = 0; phase < Phases; phase++)
        {
            var row = kernel.AsSpan(phase * taps, taps);
            var centre = (taps / 2) - 1 + ((double)phase / Phases);
            double total = 0;
            for (var tap = 0; tap < taps; tap++)
            {
                var x = (tap - centre) * 0.95 / widening;
                var window = 0.5 + (0.5 * Math.Cos(Math.PI * Math.Clamp((tap - centre) / (taps / 2.0), -1, 1)));
                var value = (Math.Abs(x) < 1e-9 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x)) * window;
                row[tap] = (float)value;
                total += value;
            }

            for (var tap = 0; tap < taps; tap++)
            {
                row[tap] = (float)(row[tap] / total);
            }
        }

        return kernel;
    }
}
