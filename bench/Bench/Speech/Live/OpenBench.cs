using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace Switchboard.Bench.Speech.Live;

/// <summary>
/// Streams opened over the wire and left again: connection, upgrade, key, limit, engine, the session's grain and row; and at its end the
/// settled row. Timed from the first byte to the answer to the upgrade.
/// </summary>
internal static class OpenBench
{
    private const int Callers = 32;
    private const int OpensASecond = 200;
    private static readonly byte[] Close = [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8];
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(6);

    public static IReadOnlyList<Figure> Run(IPEndPoint server, string key)
    {
        Paced(server, key, TimeSpan.FromSeconds(2));
        var times = Paced(server, key, Length).Order().ToArray();
        var rate = Flat(server, key, Length);
        return
        [
            new Figure($"streams opened over the wire at {OpensASecond}/s, p50", times[times.Length / 2], "ms", null, null),
            new Figure($"streams opened over the wire at {OpensASecond}/s, p99", times[(int)(times.Length * 0.99)], "ms", null, 20),
            new Figure($"streams opened over the wire and ended, {Callers} callers", rate, "opens/s", null, null),
        ];
    }

    private static double Flat(IPEndPoint server, string key, TimeSpan length)
    {
        var count = 0;
        var started = Stopwatch.GetTimestamp();
        OnThreads(Callers, _ =>
        {
            while (Stopwatch.GetElapsedTime(started) < length)
            {
                OpenOne(server, key);
                Interlocked.Increment(ref count);
            }
        });
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static ConcurrentBag<double> Paced(IPEndPoint server, string key, TimeSpan length)
    {
        var times = new ConcurrentBag<double>();
        var started = Stopwatch.GetTimestamp();
        OnThreads(Callers, caller =>
        {
            for (var due = caller / (double)OpensASecond; due < length.TotalSeconds; due += Callers / (double)OpensASecond)
            {
                if (TimeSpan.FromSeconds(due) - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } early)
                {
                    Thread.Sleep(early);
                }

                times.Add(OpenOne(server, key));
            }
        });
        return times;
    }

    private static double OpenOne(IPEndPoint server, string key)
    {
        var started = Stopwatch.GetTimestamp();
        using var socket = Wire.Open(server, key);
        var taken = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        socket.Send(Close);
        return taken;
    }

    private static void OnThreads(int count, Action<int> body)
    {
        var threads = Enumerable.Range(0, count).Select(number => new Thread(() => body(number), 256 * 1024)).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
    }
}
