using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Switchboard.Gateway.Speech.Listen;

/// <summary>Settings of <c>/v1/listen</c>, configuration section <c>Speech:Listen</c>.</summary>
public sealed class ListenOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Speech:Listen";

    /// <summary>Whether <c>interim_results</c> is true on <c>/v1/listen</c> where a client does not say: Deepgram says false.</summary>
    public bool InterimResults { get; set; }

    /// <summary>The same on the aliases <c>/listen</c>, <c>/listen/v1</c> and <c>/v1/listen/pcm</c>: Aldea says true.</summary>
    public bool InterimResultsOnAliases { get; set; } = true;

    /// <summary>How long a client may send neither audio nor text before it is cut off with NET-0001.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a client may send nothing but KeepAlive from the beginning before it is cut off with NET-0000.</summary>
    public TimeSpan SilentTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a client may take nothing of what waits for it before it is cut off.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The longest session; it is closed with 1001 in good order.</summary>
    public TimeSpan LongestSession { get; set; } = TimeSpan.FromHours(12);

    /// <summary>How long an engine may take for its last results.</summary>
    public TimeSpan FlushTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long another engine is looked for when one failed.</summary>
    public TimeSpan FailoverTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a session that was opened with <c>resume=true</c> waits for its client to come back.</summary>
    public TimeSpan ResumeWindow { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a session's amounts are written.</summary>
    public TimeSpan ReportInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often sessions are looked at for what is due.</summary>
    public TimeSpan Tick { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The largest message of a client, in bytes.</summary>
    public int MaxFrameBytes { get; set; } = 1024 * 1024;

    /// <summary>Audio that waits for the engine, in bytes; a client that is further ahead is slowed down by its own connection.</summary>
    public int QueueBytes { get; set; } = 256 * 1024;

    /// <summary>Audio not yet covered by final results that is kept for another engine, in bytes.</summary>
    public int ReplayBytes { get; set; } = 1024 * 1024;

    /// <summary>Final results that are kept for a client that comes back, in bytes.</summary>
    public int KeptResultBytes { get; set; } = 256 * 1024;

    /// <summary>
    /// The folder of the journals by which the sessions of a process that was killed are metered to the last frame; <c>speech/live</c> in the
    /// data folder (<c>Data:Directory</c>) unless set. Empty keeps none: then what was accepted since the last report is lost with the process.
    /// On a disk of this machine that the next process finds again, and of this process's user alone.
    /// </summary>
    public string JournalFolder { get; set; } = "";

    /// <summary>Failures of engines in one session without a final result between them, after which it is given up.</summary>
    public int MostFailovers { get; set; } = 5;

    internal static string DefaultJournalFolder(IConfiguration configuration) =>
        configuration["Data:Directory"] is { Length: > 0 } data ? Path.Combine(data, "speech", "live") : "";
}

/// <summary>Refuses settings that cannot work, naming the configuration key to change.</summary>
internal sealed class ListenOptionsValidator : IValidateOptions<ListenOptions>
{
    public ValidateOptionsResult Validate(string? name, ListenOptions options)
    {
        var failures = new List<string>();
        var (tiny, day) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromDays(1));
        Time(options.IdleTimeout, nameof(options.IdleTimeout), tiny, day);
        Time(options.SilentTimeout, nameof(options.SilentTimeout), tiny, day);
        Time(options.WriteTimeout, nameof(options.WriteTimeout), tiny, TimeSpan.FromMinutes(10));
        Time(options.LongestSession, nameof(options.LongestSession), tiny, TimeSpan.FromDays(30));
        Time(options.FlushTimeout, nameof(options.FlushTimeout), tiny, TimeSpan.FromMinutes(10));
        Time(options.FailoverTimeout, nameof(options.FailoverTimeout), tiny, TimeSpan.FromMinutes(10));
        Time(options.ResumeWindow, nameof(options.ResumeWindow), tiny, TimeSpan.FromMinutes(10));
        Time(options.ReportInterval, nameof(options.ReportInterval), tiny, TimeSpan.FromSeconds(30));
        Time(options.Tick, nameof(options.Tick), TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(5));
        Count(options.MaxFrameBytes, nameof(options.MaxFrameBytes), 4096, 64 * 1024 * 1024);
        Count(options.QueueBytes, nameof(options.QueueBytes), 16 * 1024, 64 * 1024 * 1024);
        Count(options.ReplayBytes, nameof(options.ReplayBytes), 16 * 1024, 256 * 1024 * 1024);
        Count(options.KeptResultBytes, nameof(options.KeptResultBytes), 16 * 1024, 64 * 1024 * 1024);
        Count(options.MostFailovers, nameof(options.MostFailovers), 0, 1000);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Count(int value, string setting, int least, int most)
        {
            if (value < least || value > most)
            {
                failures.Add($"{ListenOptions.Section}:{setting} is {value}; set it to {least} to {most}.");
            }
        }

        void Time(TimeSpan value, string setting, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most)
            {
                failures.Add($"{ListenOptions.Section}:{setting} is {value}; set it to {least} to {most}.");
            }
        }
    }
}
