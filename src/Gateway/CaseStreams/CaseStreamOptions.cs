using Microsoft.Extensions.Options;

namespace Switchboard.Gateway.CaseStreams;

/// <summary>Settings of the real-time streams of cases, configuration section <c>Nexus</c>.</summary>
public sealed class CaseStreamOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Nexus";

    /// <summary>Streams that one organisation may have open on this process.</summary>
    public int ConnectionsPerOrganisation { get; set; } = 200;

    /// <summary>The pause between two looks at the log when nothing says that it has grown; only while somebody is connected.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a stream may be silent before a sign of life is sent.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often it is checked whether a connected client may still see what it is sent.</summary>
    public TimeSpan AccessCheck { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a client may take nothing of what waits for it before it is cut off.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Events that wait for one client in memory; a client that is further behind is served from the log at its own pace.</summary>
    public int BufferedEvents { get; set; } = 500;

    /// <summary>The same in bytes, roughly.</summary>
    public int BufferedBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>How many events, of all organisations, a client that comes back may have missed; after more it is told to start anew.</summary>
    public int ResumeWindow { get; set; } = 100_000;

    /// <summary>What clients are told to wait before they connect again.</summary>
    public TimeSpan Retry { get; set; } = TimeSpan.FromSeconds(2);
}

/// <summary>Refuses settings that cannot work, naming the configuration key to change.</summary>
internal sealed class CaseStreamOptionsValidator : IValidateOptions<CaseStreamOptions>
{
    public ValidateOptionsResult Validate(string? name, CaseStreamOptions options)
    {
        var failures = new List<string>();
        Count(options.ConnectionsPerOrganisation, nameof(options.ConnectionsPerOrganisation), 1, 100_000);
        Time(options.PollInterval, nameof(options.PollInterval), TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10));
        Time(options.Heartbeat, nameof(options.Heartbeat), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
        Time(options.AccessCheck, nameof(options.AccessCheck), TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(30));
        Time(options.WriteTimeout, nameof(options.WriteTimeout), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
        Count(options.BufferedEvents, nameof(options.BufferedEvents), 10, 100_000);
        Count(options.BufferedBytes, nameof(options.BufferedBytes), 64 * 1024, 1024 * 1024 * 1024);
        Count(options.ResumeWindow, nameof(options.ResumeWindow), 0, 10_000_000);
        Time(options.Retry, nameof(options.Retry), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Count(int value, string setting, int least, int most)
        {
            if (value < least || value > most)
            {
                failures.Add($"{CaseStreamOptions.Section}:{setting} is {value}; set it to {least} to {most}.");
            }
        }

        void Time(TimeSpan value, string setting, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most)
            {
                failures.Add($"{CaseStreamOptions.Section}:{setting} is {value}; set it to {least} to {most}.");
            }
        }
    }
}
