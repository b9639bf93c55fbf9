using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Access;

namespace Switchboard.Gateway.CaseStreams;

/// <summary>
/// Watches over one stream: it ends when the client goes, when the process stops, and when what let the client in holds no longer.
/// </summary>
internal sealed class StreamWatch : IAsyncDisposable
{
    // Short of this a database that is away for a moment does not cost every client its connection.
    private static readonly TimeSpan LongestUnknown = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenRegistration _aborted;
    private readonly CancellationTokenRegistration _stopping;
    private readonly Task _watching;
    private int _decided;

    public StreamWatch(
        HttpContext http, AccessRule rule, Authenticator authenticator, IHostApplicationLifetime lifetime, IOptions<CaseStreamOptions> options, TimeProvider time)
    {
        _watching = WatchAsync(http.Request.Headers, rule, authenticator, options.Value.AccessCheck, time);
        _aborted = http.RequestAborted.Register(() => End(StreamEnd.ClientLeft));
        _stopping = lifetime.ApplicationStopping.Register(() => End(StreamEnd.Shutdown));
    }

    /// <summary>Cancelled when the stream is to end.</summary>
    public CancellationToken Token => _ended.Token;

    /// <summary>Why; the first reason counts.</summary>
    public StreamEnd Reason { get; private set; }

    /// <summary>Ends the stream.</summary>
    public void End(StreamEnd reason)
    {
        if (Interlocked.Exchange(ref _decided, 1) == 0)
        {
            Reason = reason;
            _ended.Cancel();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _aborted.DisposeAsync();
        await _stopping.DisposeAsync();
        End(StreamEnd.ClientLeft);
        await _watching;
        _ended.Dispose();
    }

    private async Task WatchAsync(
        IHeaderDictionary headers, AccessRule rule, Authenticator authenticator, TimeSpan interval, TimeProvider time)
    {
        using var timer = new PeriodicTimer(interval, time);
        var known = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
            {
                if (await TryAdmitAsync(headers, rule, authenticator) is { } admitted)
                {
                    known = time.GetTimestamp();
                    if (!admitted)
                    {
                        End(StreamEnd.AccessEnded);
                    }
                }
                else if (time.GetElapsedTime(known) > LongestUnknown)
                {
                    End(StreamEnd.Unavailable);
                }
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The stream is over.
        }
    }

    /// <summary>Whether the client would be let in now; null when that cannot be found out.</summary>
    private static async ValueTask<bool?> TryAdmitAsync(IHeaderDictionary headers, AccessRule rule, Authenticator authenticator)
    {
        try
        {
            var admission = await authenticator.AdmitAsync(headers, rule);
            return admission.Principal is { } principal && principal.Permissions.Contains(rule.Required);
        }
        catch (Exception)
        {
            // Whatever keeps the answer away, the next look asks again, and the time without one is bounded.
            return null;
        }
    }
}
