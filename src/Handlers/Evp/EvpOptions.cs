using Microsoft.Extensions.Options;

namespace Switchboard.Handlers.Evp;

/// <summary>How the lake's files are cut; section <c>Evp</c>.</summary>
public sealed class EvpOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Evp";

    /// <summary>Bytes of lines, before compression, from which on a file is closed; the batch that crosses it is in it.</summary>
    public long SegmentBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>The age at which a file is closed that has not grown so far.</summary>
    public TimeSpan SegmentAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often closed files are looked for and written.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>Refuses numbers that cannot work.</summary>
internal sealed class EvpOptionsValidator : IValidateOptions<EvpOptions>
{
    public ValidateOptionsResult Validate(string? name, EvpOptions options)
    {
        List<string> wrong = [];
        if (options.SegmentBytes is < 1024 or > 1024L * 1024 * 1024)
        {
            wrong.Add($"Evp:SegmentBytes is {options.SegmentBytes}; set it to 1024 to 1073741824.");
        }

        if (options.SegmentAge < TimeSpan.FromSeconds(1) || options.SegmentAge > TimeSpan.FromDays(1))
        {
            wrong.Add($"Evp:SegmentAge is {options.SegmentAge}; set it to 00:00:01 to 1.00:00:00.");
        }

        if (options.Interval < TimeSpan.FromMilliseconds(100) || options.Interval > TimeSpan.FromHours(1))
        {
            wrong.Add($"Evp:Interval is {options.Interval}; set it to 00:00:00.1 to 01:00:00.");
        }

        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
