using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Switchboard.Grains.PublicAddresses;

namespace Switchboard.Grains.Deliveries;

/// <summary>Sends deliveries. Follows no redirect, keeps no cookie, reads little of an answer, and calls public addresses only.</summary>
public sealed class DeliveryHttp : IDisposable
{
    private const int MostRead = 4096;
    private const int MostKept = 1024;

    private readonly HttpClient _client;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    /// <summary>A sender through a connector, that waits so long for an answer.</summary>
    public DeliveryHttp(GuardedConnector connector, TimeSpan timeout, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(connector);
        (_timeout, _time) = (timeout, time);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false, // a proxy would resolve and connect where nothing is checked
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
            ConnectTimeout = timeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = MostRead,
            ConnectCallback = connector.ConnectAsync,
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Makes one attempt. Whatever goes wrong is part of the answer.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up: whether the receiver got it is not known.</exception>
    public async Task<AttemptResult> SendAsync(
        HttpMethod method,
        Uri url,
        ReadOnlyMemory<byte> body,
        string contentType,
        IEnumerable<(string Name, string Value)> headers,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(headers);
        var started = _time.GetTimestamp();
        using var limit = new CancellationTokenSource(_timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var request = new HttpRequestMessage(method, url) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            var text = await ReadAsync(response, both.Token);
            var status = (int)response.StatusCode;
            return new AttemptResult(status, Elapsed(started), ErrorOf(status), text, AskedPause(response));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed($"no answer within {_timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s");
        }
        catch (HttpRequestException error)
        {
            return Failed(error.InnerException is AddressRefusedException refused ? refused.Message : error.Message);
        }
        catch (IOException error)
        {
            return Failed(error.Message);
        }

        AttemptResult Failed(string error) => new(null, Elapsed(started), Clean(error), null, null);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private TimeSpan Elapsed(long started) => _time.GetElapsedTime(started);

    private static string? ErrorOf(int status) => status switch
    {
        >= 200 and < 300 => null,
        >= 300 and < 400 => $"answered with {status}; redirects are not followed, set the url to the final address",
        _ => $"answered with {status}",
    };

    private TimeSpan? AskedPause(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > _time.GetUtcNow() => date - _time.GetUtcNow(),
        _ => null,
    };

    private static async Task<string?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MostRead];
        var length = await body.ReadAtLeastAsync(buffer, MostRead, throwOnEndOfStream: false, cancellationToken);
        return length == 0 ? null : Clean(Encoding.UTF8.GetString(buffer, 0, length));
    }

    /// <summary>Text for the log: short, and nothing in it that a database or a terminal would stumble over.</summary>
    private static string Clean(string text)
    {
        var kept = text.Length > MostKept ? text[..MostKept] : text;
        return string.Create(kept.Length, kept, static (span, kept) =>
        {
            for (var i = 0; i < kept.Length; i++)
            {
                span[i] = (char.IsControl(kept[i]) && kept[i] is not ('\n' or '\t')) || char.IsSurrogate(kept[i]) ? '\uFFFD' : kept[i];
            }
        });
    }
}

/// <summary>What an attempt came to.</summary>
/// <param name="Status">The HTTP status, or null without an answer.</param>
/// <param name="Latency">How long it took.</param>
/// <param name="Error">What went wrong; null when the receiver took the delivery.</param>
/// <param name="Response">The beginning of the answer's body, or null.</param>
/// <param name="AskedPause">What the receiver's <c>Retry-After</c> asks for, or null.</param>
public sealed record AttemptResult(int? Status, TimeSpan Latency, string? Error, string? Response, TimeSpan? AskedPause)
{
    /// <summary>Whether the receiver took the delivery.</summary>
    public bool Succeeded => Error is null;

    /// <summary>Whether the receiver asks us to leave it alone for a while, not this delivery alone.</summary>
    public bool IsOverloaded => Status is 429 or 503 && AskedPause is not null;
}
