using Microsoft.Extensions.Options;

namespace Switchboard.Storage.Speech.Limits;

/// <summary>What organisations may use that have no limits of their own, and how slots are held; section <c>Speech:Limits</c>.</summary>
public sealed class SpeechLimitOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Speech:Limits";

    /// <summary>Live sessions at the same time.</summary>
    public int Live { get; set; } = 10;

    /// <summary>Files at the same time.</summary>
    public int Files { get; set; } = 10;

    /// <summary>Sessions and files that may begin in a second.</summary>
    public int RequestsPerSecond { get; set; } = 50;

    /// <summary>Seconds of audio in a calendar month; null for no limit.</summary>
    public long? SecondsPerMonth { get; set; }

    /// <summary>How long a process's slots stay taken after it has last been heard of. It renews them three times in that time.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>Refuses settings that cannot work, naming the configuration key to change.</summary>
internal sealed class SpeechLimitOptionsValidator : IValidateOptions<SpeechLimitOptions>
{
    private const int Most = 100_000;

    public ValidateOptionsResult Validate(string? name, SpeechLimitOptions options)
    {
        var failures = new List<string>();
        Require(options.Live is >= 1 and <= Most, nameof(options.Live), options.Live, $"1 to {Most}");
        Require(options.Files is >= 1 and <= Most, nameof(options.Files), options.Files, $"1 to {Most}");
        Require(options.RequestsPerSecond is >= 1 and <= Most, nameof(options.RequestsPerSecond), options.RequestsPerSecond, $"1 to {Most}");
        Require(options.SecondsPerMonth is null or >= 0, nameof(options.SecondsPerMonth), options.SecondsPerMonth!, "0 or more, or leave it out");
        Require(
            options.Lease >= TimeSpan.FromSeconds(1) && options.Lease <= TimeSpan.FromMinutes(5),
            nameof(options.Lease), options.Lease, "00:00:01 to 00:05:00");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Require(bool holds, string setting, object value, string allowed)
        {
            if (!holds)
            {
                failures.Add($"{SpeechLimitOptions.Section}:{setting} is {value}; set it to {allowed}.");
            }
        }
    }
}
