using Microsoft.Extensions.Options;

namespace Switchboard.Handlers.Attributes;

/// <summary>How much is counted; section <c>Attributes</c>. A lower number than before takes nothing away that is counted already.</summary>
public sealed class AttributeOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Attributes";

    /// <summary>Different keys of a project's cases.</summary>
    public int KeysPerProject { get; set; } = 1_000;

    /// <summary>Different values of one key in a project.</summary>
    public int ValuesPerKey { get; set; } = 10_000;
}

/// <summary>Refuses numbers that cannot work.</summary>
internal sealed class AttributeOptionsValidator : IValidateOptions<AttributeOptions>
{
    private const int Most = 1_000_000;

    public ValidateOptionsResult Validate(string? name, AttributeOptions options)
    {
        List<string> wrong = [];
        if (options.KeysPerProject is < 1 or > Most)
        {
            wrong.Add($"Attributes:KeysPerProject is {options.KeysPerProject}; set it to 1 to {Most}.");
        }

        if (options.ValuesPerKey is < 1 or > Most)
        {
            wrong.Add($"Attributes:ValuesPerKey is {options.ValuesPerKey}; set it to 1 to {Most}.");
        }

        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
