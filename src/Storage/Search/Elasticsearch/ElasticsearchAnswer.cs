using System.Globalization;
using System.Text.Json;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>An answer of the cluster.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">Empty where there was none.</param>
/// <param name="RetryAfter">How long the cluster asks to wait, or null.</param>
public sealed record ElasticsearchAnswer(int Status, JsonDocument Body, TimeSpan? RetryAfter) : IDisposable
{
    /// <summary>Whether the status is one of success.</summary>
    public bool Succeeded => Status is >= 200 and < 300;

    /// <summary>Whether the cluster is too busy or not whole now, so that the same request may succeed later.</summary>
    internal bool IsBusy => Status is 408 or 429 or 502 or 503 or 504;

    /// <summary>The index, or the alias, is not there.</summary>
    internal bool IsIndexMissing => Status == 404 && ErrorType is "index_not_found_exception" or "aliases_not_found_exception";

    /// <summary>The kind of error, such as <c>mapper_parsing_exception</c>; null where there is none.</summary>
    internal string? ErrorType => ErrorOf(Body.RootElement).Type;

    /// <summary>Status and error in words.</summary>
    internal string Problem
    {
        get
        {
            var (type, reason) = ErrorOf(Body.RootElement);
            return type is null ? string.Create(CultureInfo.InvariantCulture, $"status {Status}") : string.Create(CultureInfo.InvariantCulture, $"status {Status}, {type}: {reason}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Body.Dispose();

    /// <summary>The error that a body or one item of a bulk request's answer carries.</summary>
    internal static (string? Type, string? Reason) ErrorOf(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty("error", out var error)
            ? error.ValueKind switch
            {
                JsonValueKind.Object => (Text(error, "type"), Text(error, "reason")),
                JsonValueKind.String => ("error", error.GetString()),
                _ => ("error", null),
            }
            : (null, null);

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>The cluster cannot be reached, is too busy, or answers what it should not.</summary>
public sealed class ElasticsearchException : Exception
{
    /// <summary>An exception with what went wrong.</summary>
    public ElasticsearchException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with what went wrong and its cause.</summary>
    public ElasticsearchException(string message, Exception? cause)
        : base(message, cause)
    {
    }

    /// <summary>True when there was no answer in time.</summary>
    public bool TimedOut { get; init; }

    /// <summary>True when the index or its alias is not there.</summary>
    public bool IndexMissing { get; init; }
}
