using System.Net;
using System.Threading.Channels;

namespace Switchboard.Bench.Gateway;

/// <summary>Ways to put load on a server.</summary>
internal static class Load
{
    private const int Connections = 64;

    /// <summary>
    /// Closed loop: every connection sends its next request when it has the answer to the last one. Returns answers a second.
    /// </summary>
    public static async Task<double> ClosedLoopAsync(
        IPEndPoint server, IReadOnlyList<byte[]> requests, TimeSpan duration, CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, Connections).Select(number => Task.Run(async () =>
        {
            using var connection = await RawConnection.OpenAsync(server, cancellationToken);
            var answers = 0L;
            for (var next = number; clock.GetElapsedTime(started) < duration; next += Connections)
            {
                Require(await connection.SendAsync(requests[next % requests.Count], cancellationToken));
                answers++;
            }

            return answers;
        }, cancellationToken)));
        return counts.Sum() / clock.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>
    /// Open loop: requests fall due at a fixed rate, whatever the server does, and each one's latency counts from when it was due.
    /// Returns the latencies in milliseconds, sorted.
    /// </summary>
    public static async Task<double[]> OpenLoopAsync(
        IPEndPoint server, IReadOnlyList<byte[]> requests, int perSecond, TimeSpan duration, CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        var total = (int)(perSecond * duration.TotalSeconds);
        var latencies = new double[total];
        var due = Channel.CreateUnbounded<int>();
        var started = clock.GetTimestamp();
        var workers = Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            using var connection = await RawConnection.OpenAsync(server, cancellationToken);
            await foreach (var number in due.Reader.ReadAllAsync(cancellationToken))
            {
                Require(await connection.SendAsync(requests[number % requests.Count], cancellationToken));
                latencies[number] = clock.GetElapsedTime(started).TotalMilliseconds - (number * 1000.0 / perSecond);
            }
        }, cancellationToken)).ToList();

        for (var number = 0; number < total;)
        {
            var elapsed = clock.GetElapsedTime(started).TotalSeconds * perSecond;
            for (; number < total && number <= elapsed; number++)
            {
                due.Writer.TryWrite(number);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), clock, cancellationToken);
        }

        due.Writer.Complete();
        await Task.WhenAll(workers);
        Array.Sort(latencies);
        return latencies;
    }

    /// <summary>One request after the other on one connection. Returns the latencies in milliseconds, sorted.</summary>
    public static async Task<double[]> SequentialAsync(IPEndPoint server, IEnumerable<byte[]> requests, CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        using var connection = await RawConnection.OpenAsync(server, cancellationToken);
        var latencies = new List<double>();
        foreach (var request in requests)
        {
            var started = clock.GetTimestamp();
            Require(await connection.SendAsync(request, cancellationToken));
            latencies.Add(clock.GetElapsedTime(started).TotalMilliseconds);
        }

        latencies.Sort();
        return [.. latencies];
    }

    /// <summary>The value below which a share of the sorted values lies.</summary>
    public static double Percentile(double[] sorted, double share) => sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];

    private static void Require(int status)
    {
        if (status is < 200 or > 299)
        {
            throw new InvalidOperationException($"An answer had the status {status}; the figures would be those of refusals.");
        }
    }
}
