using Microsoft.Extensions.Options;

namespace Switchboard.Gateway.Speech.Files;

/// <summary>Settings of <c>POST /v1/listen</c>, configuration section <c>Speech:Files</c>.</summary>
public sealed class SpeechFileOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Speech:Files";

    /// <summary>The largest file, in bytes.</summary>
    public long MaxBytes { get; set; } = 2L * 1024 * 1024 * 1024;

    /// <summary>How long a file may take from its first byte to its answer.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Redirects that are followed when media is fetched from an address.</summary>
    public int MaxRedirects { get; set; } = 5;

    /// <summary>Whether media may be fetched from, and callbacks sent to, addresses that are not public. For tests and closed networks.</summary>
    public bool AllowPrivateAddresses { get; set; }
}

/// <summary>Refuses settings that cannot work, naming the configuration key to change.</summary>
internal sealed class SpeechFileOptionsValidator : IValidateOptions<SpeechFileOptions>
{
    public ValidateOptionsResult Validate(string? name, SpeechFileOptions options)
    {
        var failures = new List<string>();
        if (options.MaxBytes is < 1024 or > 1L << 40)
        {
            failures.Add($"{SpeechFileOptions.Section}:MaxBytes is {options.MaxBytes}; set it to 1024 to 1099511627776.");
        }

        if (options.Timeout < TimeSpan.FromMilliseconds(20) || options.Timeout > TimeSpan.FromHours(24))
        {
            failures.Add($"{SpeechFileOptions.Section}:Timeout is {options.Timeout}; set it to 00:00:00.020 to 24:00:00.");
        }

        if (options.MaxRedirects is < 0 or > 20)
        {
            failures.Add($"{SpeechFileOptions.Section}:MaxRedirects is {options.MaxRedirects}; set it to 0 to 20.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
