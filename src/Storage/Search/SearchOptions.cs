using Microsoft.Extensions.Options;

namespace Switchboard.Storage.Search;

/// <summary>Settings of the search; configuration section <c>Search</c>.</summary>
public sealed class SearchOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Search";

    /// <summary>What searches: the database itself, or an Elasticsearch that follows it (section <c>Search:Elasticsearch</c>).</summary>
    public SearchEngine Engine { get; set; } = SearchEngine.Postgres;

    /// <summary>How long the engine may work on one search before it gives up and the caller is asked to narrow the query.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the engine may work on one part of a walk through all matches (export, change in bulk).</summary>
    public TimeSpan WalkTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>The engines of <see cref="SearchOptions.Engine"/>.</summary>
public enum SearchEngine
{
    /// <summary>PostgreSQL's own indexes: nothing else to run, and a case is found as soon as it is written.</summary>
    Postgres = 0,

    /// <summary>Elasticsearch 8: for organisations with many millions of cases; a case is found about a second after it is written.</summary>
    Elasticsearch = 1,
}

/// <summary>Refuses settings that cannot work.</summary>
public sealed class SearchOptionsValidator : IValidateOptions<SearchOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SearchOptions options)
    {
        var failures = new List<string>();
        if (!Enum.IsDefined(options.Engine))
        {
            failures.Add($"Search:Engine is {options.Engine}; set it to Postgres or Elasticsearch.");
        }

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
