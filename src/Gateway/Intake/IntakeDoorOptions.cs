using Microsoft.Extensions.Options;

namespace Switchboard.Gateway.Intake;

/// <summary>How alerts are taken in; section <c>Intake</c> of the configuration.</summary>
public sealed class IntakeDoorOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Intake";

    /// <summary>How much of a message is kept as it was sent, in bytes; 0 for no message at all.</summary>
    public int KeepMessageBytes { get; set; } = 64 * 1024;
}

/// <summary>Refuses settings that cannot work, naming the configuration key to change.</summary>
internal sealed class IntakeDoorOptionsValidator : IValidateOptions<IntakeDoorOptions>
{
    private const int Most = 1024 * 1024;

    public ValidateOptionsResult Validate(string? name, IntakeDoorOptions options) => options.KeepMessageBytes is >= 0 and <= Most
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"{IntakeDoorOptions.Section}:{nameof(options.KeepMessageBytes)} is {options.KeepMessageBytes}; set it to 0 to {Most}.");
}
