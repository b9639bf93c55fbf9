using Microsoft.Extensions.Options;

namespace Switchboard.Gateway.Imports;

/// <summary>Settings of imports, configuration section <c>Import</c>.</summary>
public sealed class ImportOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Import";

    /// <summary>The longest line, in bytes.</summary>
    public int MaxLineBytes { get; set; } = 1024 * 1024;

    /// <summary>The largest body of one request, in bytes.</summary>
    public long MaxBytes { get; set; } = 4L * 1024 * 1024 * 1024;

    /// <summary>How many lines are on their way into the database at once; the rest of the body waits at the client.</summary>
    public int Window { get; set; } = 1024;
}

/// <summary>Refuses settings that cannot work, naming the configuration key to change.</summary>
internal sealed class ImportOptionsValidator : IValidateOptions<ImportOptions>
{
    public ValidateOptionsResult Validate(string? name, ImportOptions options)
    {
        var failures = new List<string>();
        Require(options.MaxLineBytes, nameof(options.MaxLineBytes), 1024, 64 * 1024 * 1024);
        Require(options.MaxBytes, nameof(options.MaxBytes), 1024, 1L << 50);
        Require(options.Window, nameof(options.Window), 1, 100_000);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Require(long value, string setting, long least, long most)
        {
            if (value < least || value > most)
            {
                failures.Add($"{ImportOptions.Section}:{setting} is {value}; set it to {least} to {most}.");
            }
        }
    }
}
