using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>
/// Writes documents. A busy cluster is waited for, as long as it asks to or longer and longer; of a request that succeeded in part only
/// the rest is sent again; one that is too large for the cluster, or for what stands before it, is halved. A version that the index has already,
/// or a newer one, is as good as written.
/// </summary>
internal sealed class BulkIndexer(ElasticsearchClient client, IOptions<ElasticsearchOptions> options, SearchIndexMetrics metrics, TimeProvider time)
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(10);

    private const int TooLarge = 413;

    /// <summary>Writes cases to an index, or through its alias.</summary>
    /// <param name="index">The index or the alias.</param>
    /// <param name="isAlias">True for the alias: then no index of that name is made by mistake when it is missing.</param>
    /// <param name="cases">The cases, each once.</param>
    /// <param name="patience">How long a cluster that is busy or away is waited for.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The cases that the index refuses for good, with the reason.</returns>
    /// <exception cref="ElasticsearchException">The cluster stays busy or away, or has no such index; some cases may be written.</exception>
    public async Task<IReadOnlyDictionary<Guid, string>> WriteAsync(
        string index, bool isAlias, IEnumerable<IndexedCase> cases, TimeSpan patience, CancellationToken cancellationToken)
    {
        var refused = new Dictionary<Guid, string>();
        var path = $"{index}/_bulk{(isAlias ? "?require_alias=true" : "")}";
        foreach (var request in BulkRequest.Of(cases, options.Value.BulkCases, options.Value.BulkBytes))
        {
            await WriteAsync(path, request, refused, patience, cancellationToken);
        }

        return refused;
    }

    private async Task WriteAsync(
        string path, BulkRequest request, Dictionary<Guid, string> refused, TimeSpan patience, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var pause = s_firstPause;
        while (true)
        {
            var (rest, busy, asked, tooLarge) = await SendAsync(path, request, refused, cancellationToken);
            if (tooLarge)
            {
                foreach (var half in rest.Chunk((rest.Count + 1) / 2))
                {
                    await WriteAsync(path, BulkRequest.Of(half, int.MaxValue, int.MaxValue).Single(), refused, patience, cancellationToken);
                }

                return;
            }

            if (rest.Count == 0)
            {
                return;
            }

            var wait = asked ?? (pause * (0.5 + Random.Shared.NextDouble()));
            if (time.GetElapsedTime(started) + wait > patience)
            {
                throw busy!;
            }

            metrics.Retried(rest.Count);
            await Task.Delay(wait, time, cancellationToken);
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
            request = BulkRequest.Of(rest, int.MaxValue, int.MaxValue).Single();
        }
    }

    /// <summary>Sends once; gives what must be sent again and why.</summary>
    private async Task<Sent> SendAsync(
        string path, BulkRequest request, Dictionary<Guid, string> refused, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.SendLinesAsync(path, request.Lines, options.Value.WriteTimeout, cancellationToken);
            if (answer.IsBusy)
            {
                return new(request.Cases, new($"the cluster is busy ({answer.Problem})"), answer.RetryAfter);
            }

            if (answer.Status == TooLarge && request.Cases is [var alone])
            {
                refused[alone.Id] = $"its document of {request.Lines.Length} bytes is larger than the cluster, or a proxy before it, takes (status {TooLarge})";
                return new([], null, null);
            }

            if (answer.Status == TooLarge)
            {
                return new(request.Cases, null, null, TooLarge: true);
            }

            if (!answer.Succeeded)
            {
                throw new ElasticsearchException($"documents cannot be written: {answer.Problem}") { IndexMissing = answer.IsIndexMissing };
            }

            var rest = Sort(request, answer.Body.RootElement, refused);
            return new(rest, new($"the cluster is busy (it put off {rest.Count} of {request.Cases.Count} documents)"), answer.RetryAfter);
        }
        catch (ElasticsearchException error) when (error.InnerException is not null)
        {
            // Not reached, too late, or garbled: what became of the documents is not known, and writing them again does no harm.
            return new(request.Cases, error, null);
        }
    }

    private List<IndexedCase> Sort(BulkRequest request, JsonElement body, Dictionary<Guid, string> refused)
    {
        var rest = new List<IndexedCase>();
        try
        {
            var items = body.GetProperty("items");
            if (items.GetArrayLength() != request.Cases.Count)
            {
                throw new FormatException($"{items.GetArrayLength()} of {request.Cases.Count} documents were answered");
            }

            foreach (var (one, item) in request.Cases.Zip(items.EnumerateArray()))
            {
                Sort(one, item.GetProperty(one.Row is null ? "delete" : "index"), refused, rest);
            }
        }
        catch (Exception error) when (error is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ElasticsearchException($"the answer to a bulk request cannot be read ({error.Message})", error);
        }

        return rest;
    }

    private void Sort(IndexedCase one, JsonElement item, Dictionary<Guid, string> refused, List<IndexedCase> rest)
    {
        if (item.GetProperty("_id").GetGuid() != one.Id)
        {
            throw new FormatException($"the answer names case {item.GetProperty("_id").GetString()} where {one.Id} stood");
        }

        var status = item.GetProperty("status").GetInt32();
        var (type, reason) = ElasticsearchAnswer.ErrorOf(item);
        switch (status)
        {
            case >= 200 and < 300:
                metrics.Written();
                break;
            case 409:
                metrics.Superseded();
                break;
            case 404 when type is null:
                break; // a delete of what was never there
            case 404:
                throw new ElasticsearchException($"documents cannot be written: {type}: {reason}") { IndexMissing = true };
            case 400 when type == "strict_dynamic_mapping_exception":
                // All documents of this release meet the same: the index is of an older one and about to be made anew, with what is owed till then.
                throw new ElasticsearchException($"the index is of an older form than the documents ({reason})");
            case 408 or 429 or 502 or 503 or 504:
                rest.Add(one);
                break;
            default:
                refused[one.Id] = $"status {status}, {type}: {reason}";
                break;
        }
    }

    /// <summary>What became of a request: the cases to be sent again, and why; how long the cluster asks to wait; or that it must be cut.</summary>
    private readonly record struct Sent(
        IReadOnlyList<IndexedCase> Unwritten, ElasticsearchException? Busy, TimeSpan? Asked, bool TooLarge = false);
}
