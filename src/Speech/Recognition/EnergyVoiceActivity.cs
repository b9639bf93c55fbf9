namespace Switchboard.Speech.Recognition;

/// <summary>
/// Speech is what is clearly louder than the floor, which follows quickly downwards and slowly upwards. As good as the front end's
/// detector in silence, much worse in noise: used where the native library is missing.
/// </summary>
internal sealed class EnergyVoiceActivity(TimeSpan hang) : IVoiceActivity
{
    private const double Floor = 30;
    private const int StepsToBegin = 3;

    private readonly int _hangSteps = Math.Max(5, (int)(hang.TotalMilliseconds / 20));
    private double _noise = 100;
    private int _loud;
    private int _quiet;
    private bool _speech;

    public int OnsetDelay => IVoiceActivity.StepSamples * StepsToBegin;

    public bool Accept(ReadOnlySpan<short> step)
    {
        var level = Loudness.Rms(step);
        _noise = level < _noise ? (0.7 * _noise) + (0.3 * level) : _noise + (0.005 * (level - _noise));
        if (level > Math.Max(Floor, 3 * _noise) + Floor)
        {
            (_loud, _quiet) = (_loud + 1, 0);
            _speech |= _loud >= StepsToBegin;
        }
        else
        {
            (_loud, _quiet) = (0, _quiet + 1);
            _speech &= _quiet < _hangSteps;
        }

        return _speech;
    }

    public void Dispose()
    {
    }
}
