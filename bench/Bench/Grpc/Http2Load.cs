using System.Net;

namespace Switchboard.Bench.Grpc;

/// <summary>Closed-loop load over HTTP/2: every stream that ends is followed by the next at once.</summary>
internal static class Http2Load
{
    /// <summary>Answers a second.</summary>
    /// <param name="server">Where.</param>
    /// <param name="headers">The header block of all requests.</param>
    /// <param name="bodies">Their bodies, in turn.</param>
    /// <param name="leastAnswer">The fewest bytes of a right answer; an error has none.</param>
    /// <param name="connections">Connections.</param>
    /// <param name="streams">Requests at once on each.</param>
    /// <param name="duration">How long.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<double> RunAsync(
        IPEndPoint server,
        byte[] headers,
        IReadOnlyList<byte[]> bodies,
        int leastAnswer,
        int connections,
        int streams,
        TimeSpan duration,
        CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, connections).Select(number => Task.Run(async () =>
        {
            using var connection = await Http2Connection.OpenAsync(server, cancellationToken);
            var (answers, next, ended) = (0L, number, 0);
            var lengths = new Dictionary<int, int>();
            connection.OnData = (stream, bytes) => lengths[stream] += bytes.Length;
            connection.OnEnd = stream =>
            {
                lengths.Remove(stream, out var length);
                ended += length >= leastAnswer
                    ? 1
                    : throw new InvalidOperationException($"Stream {stream} was answered with {length} bytes; a right answer has at least {leastAnswer}.");
            };
            Fill(streams);
            while (true)
            {
                await connection.FlushAsync(cancellationToken);
                await connection.ReceiveAsync(cancellationToken);
                answers += ended;
                if (clock.GetElapsedTime(started) >= duration)
                {
                    return answers;
                }

                Fill(ended);
                ended = 0;
            }

            void Fill(int count)
            {
                for (var i = 0; i < count; i++)
                {
                    lengths[connection.Send(headers, bodies[next % bodies.Count])] = 0;
                    next += connections;
                }
            }
        }, cancellationToken)));
        return counts.Sum() / clock.GetElapsedTime(started).TotalSeconds;
    }
}
