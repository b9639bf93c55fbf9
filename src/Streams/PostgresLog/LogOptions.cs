using Microsoft.Extensions.Options;

namespace Switchboard.Streams.PostgresLog;

/// <summary>How the log is read; section <c>Streams:PostgresLog</c> of the configuration.</summary>
public sealed class LogOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Streams:PostgresLog";

    /// <summary>
    /// The number of queues of each flavor: into how many parts several processes can divide its work. The same in all processes; those
    /// with another number wait until the others are gone.
    /// </summary>
    public int Queues { get; set; } = 4;

    /// <summary>How often the log is looked at when nobody says that it has grown.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Events on their way to handlers at most, for each queue.</summary>
    public int QueueEvents { get; set; } = 2000;

    /// <summary>Bytes on their way to handlers, for each queue; no further event is read once there are so many.</summary>
    public long QueueBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Events that are read at a time.</summary>
    public int PageEvents { get; set; } = 1000;

    /// <summary>The length of bodies that are read at a time; one event may be longer.</summary>
    public long PageCharacters { get; set; } = 4 * 1024 * 1024;

    /// <summary>Pages that are kept for the flavors that come later.</summary>
    internal int KeptPages => 512;

    /// <summary>The length of the bodies in them.</summary>
    internal long KeptCharacters => PageCharacters * 4;
}

/// <summary>Checks <see cref="LogOptions"/> at start.</summary>
public sealed class LogOptionsValidator : IValidateOptions<LogOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, LogOptions options)
    {
        List<string> wrong = [];
        Check(options.Queues, 1, 256, nameof(LogOptions.Queues), 4);
        Check((long)options.PollInterval.TotalMilliseconds, 10, 60_000, nameof(LogOptions.PollInterval), 200, " milliseconds (a time such as 00:00:00.200)");
        Check(options.QueueEvents, 1, 1_000_000, nameof(LogOptions.QueueEvents), 2000);
        Check(options.QueueBytes, 64 * 1024, 4L << 30, nameof(LogOptions.QueueBytes), 16 * 1024 * 1024);
        Check(options.PageEvents, 1, 10_000, nameof(LogOptions.PageEvents), 1000);
        Check(options.PageCharacters, 64 * 1024, 1L << 30, nameof(LogOptions.PageCharacters), 4 * 1024 * 1024);
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);

        void Check(long value, long least, long most, string key, long usual, string unit = "")
        {
            if (value < least || value > most)
            {
                wrong.Add($"{LogOptions.Section}:{key} is {value}{unit}; set it to {least} to {most}{unit} (default {usual}).");
            }
        }
    }
}
