using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.Commands;
using Switchboard.Grains.EventStore;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>Sends searches and reads their answers strictly: what is not whole is not an answer.</summary>
internal sealed class SearchCalls(ElasticsearchClient client, string index)
{
    // What the network may add to the cluster's own limit.
    private static readonly TimeSpan s_onTheWay = TimeSpan.FromSeconds(1);

    /// <summary>Searches; a query that the cluster refuses or cannot answer in time is refused.</summary>
    /// <exception cref="StorageUnavailableException">The cluster cannot be reached, is too busy, has no index, or answers nonsense.</exception>
    public async ValueTask<Outcome<T>> SearchAsync<T>(JsonObject body, TimeSpan timeout, Func<JsonElement, T> read, CancellationToken cancellationToken)
        where T : class
    {
        body["timeout"] = string.Create(CultureInfo.InvariantCulture, $"{(long)timeout.TotalMilliseconds}ms");
        try
        {
            using var answer = await SendTwiceAsync(JsonSerializer.SerializeToUtf8Bytes(body), timeout + s_onTheWay, cancellationToken);
            if (answer.Succeeded)
            {
                var root = answer.Body.RootElement;
                return root.GetProperty("timed_out").GetBoolean() ? TooLong(timeout) : read(root);
            }

            return answer.Status == 400
                ? DomainError.Invalid($"the search engine cannot answer this query ({answer.ErrorType ?? "status 400"}); simplify it")
                : throw Unavailable(answer.IsIndexMissing
                    ? $"its index '{index}' is missing, and is made anew from the rows by the silos that index, or by 'case-cli search rebuild'"
                    : answer.Problem);
        }
        catch (ElasticsearchException error) when (error.TimedOut)
        {
            return TooLong(timeout);
        }
        catch (ElasticsearchException error)
        {
            throw Unavailable(error.Message, error);
        }
        catch (Exception error) when (error is KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw Unavailable($"its answer cannot be read ({error.Message})", error);
        }
    }

    /// <summary>A search changes nothing, so one that met a busy node is sent once more.</summary>
    private async Task<ElasticsearchAnswer> SendTwiceAsync(byte[] body, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var path = $"{index}/_search?allow_partial_search_results=false";
        var answer = await client.SendAsync(HttpMethod.Post, path, body, timeout, cancellationToken);
        if (answer.Status is not (502 or 503))
        {
            return answer;
        }

        answer.Dispose();
        return await client.SendAsync(HttpMethod.Post, path, body, timeout, cancellationToken);
    }

    private static DomainError TooLong(TimeSpan timeout) => DomainError.Invalid(string.Create(
        CultureInfo.InvariantCulture,
        $"the search took longer than {timeout.TotalSeconds} s and was stopped; narrow it, for example by project or created_at"));

    private static StorageUnavailableException Unavailable(string problem, Exception? cause = null) =>
        new($"The search engine cannot be used now: {problem}. Try again shortly; if it stays, check Elasticsearch and Search:Elasticsearch.", cause);
}
