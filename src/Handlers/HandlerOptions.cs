using Microsoft.Extensions.Options;

namespace Switchboard.Handlers;

/// <summary>How handlers work; section <c>Handlers</c> of the configuration.</summary>
public sealed class HandlerOptions
{
    /// <summary>Names of the flavors that this process serves, separated by commas; all when it is not set. See <see cref="HandlerCatalog"/>.</summary>
    public string? Flavors { get; set; }

    /// <summary>Events whose effects share a transaction at most.</summary>
    public int Batch { get; set; } = 512;

    /// <summary>Events of a flavor that wait for a transaction; further ones wait for room, which holds the stream back.</summary>
    public int Queue { get; set; } = 4096;

    /// <summary>How long a committed effect is waited for, a lost database included, before the stream is told to deliver again.</summary>
    public TimeSpan EffectTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>How long all attempts at one event may take together. Well below the engine's response time-out of 30 s.</summary>
    public TimeSpan HandlingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long it is remembered which events were handled: longer than the longest way back of any replay. Going further back than
    /// that is a rebuild.
    /// </summary>
    public TimeSpan MarkRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long replayed and dropped dead letters stay visible.</summary>
    public TimeSpan LetterRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How often what is too old is deleted and what is parked is counted.</summary>
    public TimeSpan Upkeep { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often requests for replays and rebuilds are looked for when no hint comes.</summary>
    public TimeSpan RequestPoll { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>Refuses settings that cannot work.</summary>
internal sealed class HandlerOptionsValidator(HandlerCatalog catalog) : IValidateOptions<HandlerOptions>
{
    public ValidateOptionsResult Validate(string? name, HandlerOptions options)
    {
        var failures = new List<string>();
        if (catalog.Unknown.Count > 0)
        {
            failures.Add(
                $"{HandlerCatalog.Section}:{nameof(options.Flavors)} names {string.Join(", ", catalog.Unknown)}; the flavors are "
                + $"{string.Join(", ", catalog.Known.Select(flavor => flavor.Name))}. Leave it out to serve all.");
        }

        Range(options.Batch, 1, 10_000, nameof(options.Batch), failures);
        Range(options.Queue, options.Batch, 1_000_000, nameof(options.Queue), failures);
        Between(options.EffectTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(20), nameof(options.EffectTimeout), failures);
        Between(options.HandlingTimeout, options.EffectTimeout, TimeSpan.FromSeconds(25), nameof(options.HandlingTimeout), failures);
        Between(options.MarkRetention, TimeSpan.FromDays(1), TimeSpan.FromDays(3650), nameof(options.MarkRetention), failures);
        Between(options.LetterRetention, TimeSpan.FromHours(1), TimeSpan.FromDays(3650), nameof(options.LetterRetention), failures);
        Between(options.Upkeep, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1), nameof(options.Upkeep), failures);
        Between(options.RequestPoll, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(10), nameof(options.RequestPoll), failures);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void Range(int value, int least, int most, string key, List<string> failures)
    {
        if (value < least || value > most)
        {
            failures.Add($"{HandlerCatalog.Section}:{key} is {value}; set it to {least} to {most}.");
        }
    }

    private static void Between(TimeSpan value, TimeSpan least, TimeSpan most, string key, List<string> failures)
    {
        if (value < least || value > most)
        {
            failures.Add($"{HandlerCatalog.Section}:{key} is {value}; set it to {least} to {most}.");
        }
    }
}
