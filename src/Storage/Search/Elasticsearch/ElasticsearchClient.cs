using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>
/// Sends requests to the nodes of one cluster: to the one that answered last, and to the next when it cannot be reached. Statuses are
/// answers; what is no answer is an <see cref="ElasticsearchException"/>. Safe for use by many at once.
/// </summary>
public sealed class ElasticsearchClient : IDisposable
{
    private const int LargestAnswer = 64 * 1024 * 1024;

    private readonly HttpClient _http;
    private readonly Uri[] _nodes;
    private volatile int _node;

    /// <summary>Opens nothing yet.</summary>
    public ElasticsearchClient(IOptions<ElasticsearchOptions> options)
    {
        _nodes = [.. options.Value.Nodes.Select(static node => new Uri(node.EndsWith('/') ? node : node + "/"))];
        var handler = new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.None,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(3),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };
        if (options.Value.CertificateFingerprint is { } fingerprint)
        {
            var expected = Convert.FromHexString(fingerprint.Replace(":", "", StringComparison.Ordinal));
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is not null && CryptographicOperations.FixedTimeEquals(certificate.GetCertHash(HashAlgorithmName.SHA256), expected);
        }

        _http = new(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LargestAnswer };
        _http.DefaultRequestHeaders.Authorization = options.Value switch
        {
            { ApiKey: { } key } => new("ApiKey", key),
            { Username: { } user } => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{options.Value.Password}"))),
            _ => null,
        };
        _http.DefaultRequestHeaders.Accept.Add(new("application/json"));
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Sends a request with a JSON body, or without one. The answer must be disposed.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query, without a leading slash.</param>
    /// <param name="body">JSON, or null.</param>
    /// <param name="timeout">How long the request may take, on all nodes together.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="ElasticsearchException">No node answered in time, or what came is no JSON.</exception>
    public Task<ElasticsearchAnswer> SendAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? body, TimeSpan timeout, CancellationToken cancellationToken) =>
        SendAsync(method, path, body, "application/json", timeout, cancellationToken);

    /// <summary>Sends lines of JSON.</summary>
    /// <exception cref="ElasticsearchException">No node answered in time, or what came is no JSON.</exception>
    internal Task<ElasticsearchAnswer> SendLinesAsync(string path, ReadOnlyMemory<byte> lines, TimeSpan timeout, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, lines, "application/x-ndjson", timeout, cancellationToken);

    private async Task<ElasticsearchAnswer> SendAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? body, string type, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        for (var attempt = 1; ; attempt++)
        {
            var node = _node;
            using var request = new HttpRequestMessage(method, new Uri(_nodes[node % _nodes.Length], path));
            if (body is { } bytes)
            {
                request.Content = new ReadOnlyMemoryContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
            }

            try
            {
                using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, limit.Token);
                return await ReadAsync(response, limit.Token);
            }
            catch (Exception error) when (error is HttpRequestException or IOException)
            {
                // Everything that is sent may be sent twice: writes carry the case's version.
                Interlocked.CompareExchange(ref _node, (node + 1) % _nodes.Length, node);
                if (attempt >= Math.Max(2, _nodes.Length))
                {
                    throw new ElasticsearchException($"no node of the cluster answers ({error.Message})", error);
                }
            }
            catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
            {
                Interlocked.CompareExchange(ref _node, (node + 1) % _nodes.Length, node);
                throw new ElasticsearchException($"no answer within {timeout}", error) { TimedOut = true };
            }
        }
    }

    private static async Task<ElasticsearchAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var pause = response.Headers.RetryAfter?.Delta;
        if (body.Length == 0)
        {
            return new((int)response.StatusCode, JsonDocument.Parse("{}"), pause);
        }

        try
        {
            return new((int)response.StatusCode, JsonDocument.Parse(body), pause);
        }
        catch (JsonException error) when (response.IsSuccessStatusCode)
        {
            throw new ElasticsearchException($"status {(int)response.StatusCode} came with a body that is no JSON ({error.Message})", error);
        }
        catch (JsonException)
        {
            // A proxy in between says so in words.
            return new((int)response.StatusCode, JsonDocument.Parse("{}"), pause);
        }
    }
}
