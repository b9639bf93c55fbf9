namespace Switchboard.Speech.Recognition;

/// <summary>Tells speech from the rest. For one channel and one thread.</summary>
internal interface IVoiceActivity : IDisposable
{
    /// <summary>Samples of a step: 20 ms.</summary>
    public const int StepSamples = Audio.Resampler.Rate / 50;

    /// <summary>Samples by which the beginning of speech is noticed late.</summary>
    int OnsetDelay { get; }

    /// <summary>Takes a step; whether there is speech, which includes the pauses shorter than the hang.</summary>
    bool Accept(ReadOnlySpan<short> step);
}
