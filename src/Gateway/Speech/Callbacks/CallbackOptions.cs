using Microsoft.Extensions.Options;
using Switchboard.Grains.Deliveries;

namespace Switchboard.Gateway.Speech.Callbacks;

/// <summary>Settings of callbacks, configuration section <c>Speech:Callbacks</c>.</summary>
public sealed class CallbackOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Speech:Callbacks";

    /// <summary>How long a transcription that nobody waits for may take.</summary>
    public TimeSpan TranscribeTimeout { get; set; } = TimeSpan.FromHours(2);

    /// <summary>How long a receiver may take to answer.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The pause after the first failure; it doubles up to <see cref="LongestPause"/>, give or take a fifth.</summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause that we choose ourselves.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a callback is tried.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a process that says nothing keeps its jobs; then another one takes them.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The pause between two looks for what is due.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Jobs that this process takes at once, beside those that it has just accepted.</summary>
    public int Concurrency { get; set; } = 16;

    /// <summary>How long what ended is listed.</summary>
    public TimeSpan KeepFinished { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How long a live stream's receiver may not take a message, or take for all that is left at the stream's end; then the stream ends.
    /// </summary>
    public TimeSpan LiveGiveUpAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Messages of a live stream that may wait for its receiver, in bytes; with more the stream ends.</summary>
    public int LiveQueueBytes { get; set; } = 1024 * 1024;

    /// <summary>How long the former secret stays valid after a new one was made.</summary>
    public TimeSpan RotationOverlap { get; set; } = TimeSpan.FromHours(24);

    internal RetryPauses Pauses => new(FirstPause, LongestPause);
}

/// <summary>Refuses settings that cannot work, naming the configuration key to change.</summary>
internal sealed class CallbackOptionsValidator : IValidateOptions<CallbackOptions>
{
    public ValidateOptionsResult Validate(string? name, CallbackOptions options)
    {
        var failures = new List<string>();
        Time(options.TranscribeTimeout, nameof(options.TranscribeTimeout), TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
        Time(options.Timeout, nameof(options.Timeout), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        Time(options.FirstPause, nameof(options.FirstPause), TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
        Time(options.LongestPause, nameof(options.LongestPause), options.FirstPause, TimeSpan.FromDays(1));
        Time(options.GiveUpAfter, nameof(options.GiveUpAfter), TimeSpan.FromSeconds(1), TimeSpan.FromDays(7));
        Time(options.Lease, nameof(options.Lease), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Time(options.PollInterval, nameof(options.PollInterval), TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        Time(options.KeepFinished, nameof(options.KeepFinished), TimeSpan.FromHours(1), TimeSpan.FromDays(3650));
        Time(options.RotationOverlap, nameof(options.RotationOverlap), TimeSpan.Zero, TimeSpan.FromDays(30));
        Time(options.LiveGiveUpAfter, nameof(options.LiveGiveUpAfter), TimeSpan.FromMilliseconds(20), TimeSpan.FromHours(1));
        if (options.LiveQueueBytes is < 16 * 1024 or > 64 * 1024 * 1024)
        {
            failures.Add($"{CallbackOptions.Section}:{nameof(options.LiveQueueBytes)} is {options.LiveQueueBytes}; set it to 16384 to 67108864.");
        }

        if (options.Concurrency is < 1 or > 1000)
        {
            failures.Add($"{CallbackOptions.Section}:{nameof(options.Concurrency)} is {options.Concurrency}; set it to 1 to 1000.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Time(TimeSpan value, string setting, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most)
            {
                failures.Add($"{CallbackOptions.Section}:{setting} is {value}; set it to {least} to {most}.");
            }
        }
    }
}
