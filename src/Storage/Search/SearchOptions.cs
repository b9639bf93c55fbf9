using Microsoft.Extensions.Options;

namespace Switchboard.Storage.Search;

/// <summary>Settings of the search in PostgreSQL; configuration section <c>Search</c>.</summary>
public sealed class SearchOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Search";

    /// <summary>How long the database may work on one search before it gives up and the caller is asked to narrow the query.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the database may work on one part of a walk through all matches (export, change in bulk).</summary>
    public TimeSpan WalkTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Refuses settings that cannot work.</summary>
public sealed class SearchOptionsValidator : IValidateOptions<SearchOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SearchOptions options)
    {
        var failures = new List<string>();
        Check("Timeout", options.Timeout, TimeSpan.FromMinutes(1));
        Check("WalkTimeout", options.WalkTimeout, TimeSpan.FromMinutes(10));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(string key, TimeSpan value, TimeSpan most)
        {
            if (value < TimeSpan.FromMilliseconds(50) || value > most)
            {
                failures.Add($"Search:{key} is {value}; set it to a time from 00:00:00.050 to {most}.");
            }
        }
    }
}
