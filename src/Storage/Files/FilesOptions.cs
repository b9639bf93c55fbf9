using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Switchboard.Storage.Files;

/// <summary>Where files are kept; section <c>Files</c>.</summary>
public sealed class FilesOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Files";

    /// <summary>A folder that all processes share; <c>files</c> in the data folder (<c>Data:Directory</c>) unless set.</summary>
    public string Store { get; set; } = "";

    internal static string Default(IConfiguration configuration) =>
        configuration["Data:Directory"] is { Length: > 0 } data ? Path.Combine(data, "files") : "";
}

/// <summary>Checks <see cref="FilesOptions"/> on first use: a process that keeps no files needs no place for them.</summary>
internal sealed class FilesOptionsValidator : IValidateOptions<FilesOptions>
{
    private const string Advice = "Set it to a folder that all processes share, such as /var/lib/switchboard/files, or set Data:Directory.";

    public ValidateOptionsResult Validate(string? name, FilesOptions options) => options.Store switch
    {
        "" => ValidateOptionsResult.Fail($"Files:Store is not set, and there is no data folder. {Advice}"),
        var store when store.Contains("://", StringComparison.Ordinal) =>
            ValidateOptionsResult.Fail($"Files:Store is an address ('{store[..store.IndexOf("://", StringComparison.Ordinal)]}'), but only folders are served. {Advice}"),
        _ => ValidateOptionsResult.Success,
    };
}
