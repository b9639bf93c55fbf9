using Microsoft.Extensions.Options;

namespace Switchboard.Streams.Relay;

/// <summary>What the relay publishes where; section <c>Streams:Relay</c> of the configuration.</summary>
public sealed class RelayOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Streams:Relay";

    /// <summary>Besides the tenant's own topic, which gets every event: what also goes elsewhere.</summary>
    public IList<RelayRoute> Routes { get; } = [];

    /// <summary>The log is read page by page for a batch until it has so many events; a batch is published, and acknowledged, as a whole.</summary>
    public int BatchEvents { get; set; } = 1000;

    /// <summary>The pause after a first failure; it doubles up to <see cref="LongestPause"/>.</summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause between two tries while the destination is away.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>A rule by which events go to another topic as well.</summary>
public sealed class RelayRoute
{
    /// <summary>The other topic.</summary>
    public string Topic { get; set; } = "";

    /// <summary>The tenant whose events it gets; null: all.</summary>
    public string? Tenant { get; set; }

    /// <summary>Whether what goes this way does not go to the tenant's own topic.</summary>
    public bool Alone { get; set; }

    /// <summary>The types of the events, as they are stored; one that ends in <c>*</c> means all that begin so.</summary>
    public IList<string> Types { get; } = [];

    /// <summary>Whether an event goes this way.</summary>
    internal bool Takes(string tenant, string type) => (Tenant is null || Tenant == tenant) && Types.Any(pattern => Matches(pattern, type));

    private static bool Matches(string pattern, string type) =>
        pattern.EndsWith('*') ? type.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == type;
}

/// <summary>Checks <see cref="RelayOptions"/> at start.</summary>
public sealed class RelayOptionsValidator : IValidateOptions<RelayOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, RelayOptions options)
    {
        List<string> wrong = [];
        for (var index = 0; index < options.Routes.Count; index++)
        {
            var route = options.Routes[index];
            if (route.Topic.Length == 0)
            {
                wrong.Add($"{RelayOptions.Section}:Routes:{index} has no Topic; name the topic that the events also go to.");
            }

            if (route.Types.Count == 0)
            {
                wrong.Add($"{RelayOptions.Section}:Routes:{index} has no Types; name event types such as case.opened, or case.* for all of cases.");
            }
        }

        if (options.BatchEvents is < 1 or > 100_000)
        {
            wrong.Add($"{RelayOptions.Section}:BatchEvents is {options.BatchEvents}; set it to 1 to 100000 (default 1000).");
        }

        if (options.FirstPause <= TimeSpan.Zero || options.LongestPause < options.FirstPause || options.LongestPause > TimeSpan.FromMinutes(5))
        {
            wrong.Add(
                $"{RelayOptions.Section}:FirstPause is {options.FirstPause} and LongestPause {options.LongestPause}; set them above zero, the first not "
                + "longer than the longest, the longest at most 00:05:00.");
        }

        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
