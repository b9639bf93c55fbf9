using Microsoft.Extensions.Options;

namespace Switchboard.Storage.Search;

/// <summary>Settings of the search in PostgreSQL; configuration section <c>Search</c>.</summary>
public sealed class SearchOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Search";

    /// <summary>How long the database may work on one search before it gives up and the caller is asked to narrow the query.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);
}

/// <summary>Refuses settings that cannot work.</summary>
public sealed class SearchOptionsValidator : IValidateOptions<SearchOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SearchOptions options) =>
        options.Timeout < TimeSpan.FromMilliseconds(50) || options.Timeout > TimeSpan.FromMinutes(1)
            ? ValidateOptionsResult.Fail($"Search:Timeout is {options.Timeout}; set it to a time from 00:00:00.050 to 00:01:00.")
            : ValidateOptionsResult.Success;
}
