using Microsoft.Extensions.Options;

namespace Switchboard.Streams.Leases;

/// <summary>How queues are leased; section <c>Streams:Leases</c> of the configuration.</summary>
public sealed class LeaseOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Streams:Leases";

    /// <summary>How long a lease lasts unless it is renewed, which is tried four times in that time. The queues of a process that dies stand still for that long.</summary>
    public TimeSpan Duration { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a position may stay unwritten; what is delivered in this time is delivered again after a crash.</summary>
    public TimeSpan PositionInterval { get; set; } = TimeSpan.FromMilliseconds(250);
}

/// <summary>Checks <see cref="LeaseOptions"/> at start.</summary>
public sealed class LeaseOptionsValidator : IValidateOptions<LeaseOptions>
{
    private static readonly TimeSpan _shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, LeaseOptions options)
    {
        List<string> wrong = [];
        if (options.Duration < _shortest || options.Duration > _longest)
        {
            wrong.Add($"{LeaseOptions.Section}:Duration is {options.Duration}; set it to 00:00:01 to 00:01:00 (default 00:00:03).");
        }

        if (options.PositionInterval < TimeSpan.FromMilliseconds(10) || options.PositionInterval > options.Duration)
        {
            wrong.Add(
                $"{LeaseOptions.Section}:PositionInterval is {options.PositionInterval}; set it to 00:00:00.010 or more, and not above "
                + $"{LeaseOptions.Section}:Duration ({options.Duration}).");
        }

        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
