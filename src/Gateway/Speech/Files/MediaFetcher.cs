using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Switchboard.Grains.PublicAddresses;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Files;

/// <summary>
/// Fetches media from an address that a client names. Only public addresses are connected to, whatever a name resolves to and wherever a
/// redirect leads.
/// </summary>
internal sealed class MediaFetcher : IDisposable
{
    private readonly GuardedConnector _connector;
    private readonly HttpClient _client;
    private readonly int _maxRedirects;

    public MediaFetcher(IOptions<SpeechFileOptions> options)
        : this(options, new GuardedConnector(
            options.Value.AllowPrivateAddresses,
            "Speech:Files:AllowPrivateAddresses",
            static (host, cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken)))
    {
    }

    internal MediaFetcher(IOptions<SpeechFileOptions> options, GuardedConnector connector)
    {
        (_maxRedirects, _connector) = (options.Value.MaxRedirects, connector);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // followed here, so that each address is looked at
            UseCookies = false,
            UseProxy = false, // a proxy would resolve and connect where nothing is checked
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = 32,
            ConnectCallback = _connector.ConnectAsync,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Looks at an address that will be fetched later.</summary>
    /// <exception cref="SpeechRefusedException">It may not be called.</exception>
    public async Task CheckAsync(string address, CancellationToken cancellationToken)
    {
        try
        {
            _ = await _connector.AddressesOfAsync(Parse(address, null).IdnHost, cancellationToken);
        }
        catch (AddressRefusedException refused)
        {
            throw Refused(NotRoutable(refused));
        }
        catch (SocketException error)
        {
            throw Refused($"The remote server hosting the media could not be reached: {error.Message}");
        }
    }

    /// <summary>Begins to fetch. The body is read while it comes; the caller disposes the answer.</summary>
    /// <exception cref="SpeechRefusedException">The address may not be called, or does not answer with media.</exception>
    public async Task<HttpResponseMessage> FetchAsync(string address, CancellationToken cancellationToken)
    {
        var url = Parse(address, null);
        for (var redirects = 0; ; redirects++)
        {
            HttpResponseMessage answer;
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, url);
                answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            }
            catch (HttpRequestException error)
            {
                throw Refused(error.InnerException is AddressRefusedException refused
                    ? NotRoutable(refused)
                    : $"The remote server hosting the media could not be reached: {error.Message}");
            }

            var status = (int)answer.StatusCode;
            if (status is >= 200 and < 300)
            {
                return answer;
            }

            using (answer)
            {
                if (status is not (301 or 302 or 303 or 307 or 308) || answer.Headers.Location is not { } location)
                {
                    var whose = status is >= 400 and < 500 ? "a client error" : status >= 500 ? "a server error" : "an unexpected answer";
                    throw Refused($"The remote server hosting the media returned {whose}: {status} {answer.ReasonPhrase}.");
                }

                if (redirects == _maxRedirects)
                {
                    throw Refused($"The remote server hosting the media redirects more than {_maxRedirects} times.");
                }

                url = Parse(location.OriginalString, url);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static Uri Parse(string text, Uri? from)
    {
        var read = from is null ? Uri.TryCreate(text, UriKind.Absolute, out var url) : Uri.TryCreate(from, text, out url);
        return read && url!.Scheme is ("http" or "https") && url.UserInfo.Length == 0
            ? url
            : throw Refused("The media's address is no http or https URL without credentials.");
    }

    private static string NotRoutable(AddressRefusedException refused) => $"The media's address is not publicly routable: {refused.Message}.";

    private static SpeechRefusedException Refused(string what) => new(SpeechError.RemoteContent(what));
}
