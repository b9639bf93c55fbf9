using Microsoft.Extensions.Options;

namespace Switchboard.Handlers.CaseIndexer;

/// <summary>How alerts become cases; section <c>Intake</c> of the configuration.</summary>
public sealed class IndexerOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Intake";

    /// <summary>How often senders are looked for that have fallen silent.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long it can be asked what became of an alert.</summary>
    public TimeSpan KeepReceipts { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long what was sent can be seen word for word.</summary>
    public TimeSpan KeepMessages { get; set; } = TimeSpan.FromDays(7);
}

/// <summary>Refuses settings that cannot work.</summary>
internal sealed class IndexerOptionsValidator : IValidateOptions<IndexerOptions>
{
    public ValidateOptionsResult Validate(string? name, IndexerOptions options)
    {
        List<string> failures = [];
        if (options.HeartbeatInterval < TimeSpan.FromMilliseconds(100) || options.HeartbeatInterval > TimeSpan.FromMinutes(5))
        {
            failures.Add($"{IndexerOptions.Section}:{nameof(options.HeartbeatInterval)} is {options.HeartbeatInterval}; set it to 00:00:00.1 to 00:05:00.");
        }

        if (options.KeepReceipts < TimeSpan.FromHours(1) || options.KeepReceipts > TimeSpan.FromDays(3650))
        {
            failures.Add($"{IndexerOptions.Section}:{nameof(options.KeepReceipts)} is {options.KeepReceipts}; set it to 01:00:00 to 3650.00:00:00.");
        }

        if (options.KeepMessages < TimeSpan.FromHours(1) || options.KeepMessages > TimeSpan.FromDays(3650))
        {
            failures.Add($"{IndexerOptions.Section}:{nameof(options.KeepMessages)} is {options.KeepMessages}; set it to 01:00:00 to 3650.00:00:00.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
