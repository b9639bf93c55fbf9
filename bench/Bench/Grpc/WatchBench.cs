using System.Buffers.Binary;
using System.Globalization;
using Switchboard.Bench.Gateway;

namespace Switchboard.Bench.Grpc;

/// <summary>
/// A thousand watchers of all cases, and changes at a fixed rate: the time from sending a change to each watcher having it. All handlers run in
/// the same process, and the clients on the same processors.
/// </summary>
internal static class WatchBench
{
    private const int Connections = 10;
    private const int WatchersEach = 100;
    private const int PerSecond = 100;
    private const int Changes = 1_000;

    // Until the process's code is compiled for good.
    private const int WarmUp = 500;

    public static async Task<IReadOnlyList<Figure>> RunAsync(SiloUnderTest silo, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        var sent = new long[Changes];
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var groups = Enumerable.Range(0, Connections).Select(_ => new Watchers(sent, clock)).ToList();
        var watching = groups.Select(group => Task.Run(() => group.RunAsync(silo, done.Token), done.Token)).ToList();
        await Task.WhenAll(groups.Select(group => group.Ready)).WaitAsync(cancellationToken);

        var used = silo.Use();
        using (var connection = await RawConnection.OpenAsync(silo.Address, cancellationToken))
        {
            var started = clock.GetTimestamp();
            for (var number = 0; number < Changes; number++)
            {
                var due = TimeSpan.FromSeconds((double)number / PerSecond) - clock.GetElapsedTime(started);
                if (due > TimeSpan.Zero)
                {
                    await Task.Delay(due, clock, cancellationToken);
                }

                var body = """{"data":{"type":"case","attributes":{"title":"Change TITLE"}}}""".Replace(
                    "TITLE", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
                Volatile.Write(ref sent[number], clock.GetTimestamp());
                var status = await connection.SendAsync(silo.Request("POST", $"/api/v2/cases/{ids[number % ids.Count]}/title", body), cancellationToken);
                if (status != 200)
                {
                    throw new InvalidOperationException($"A change was answered with {status}.");
                }
            }
        }

        await Task.WhenAll(groups.Select(group => group.Complete)).WaitAsync(TimeSpan.FromSeconds(60), clock, cancellationToken);
        var (process, database) = silo.Use() - used;
        await done.CancelAsync();
        await Task.WhenAll(watching.Select(one => one.ContinueWith(static _ => { }, TaskScheduler.Default)));
        var latencies = groups.SelectMany(group => group.Latencies).Order().ToArray();
        return
        [
            new Figure("WatchCases: 1,000 watchers, 100 events/s, p50", Load.Percentile(latencies, 0.5), "ms", null, null),
            new Figure("WatchCases: 1,000 watchers, 100 events/s, p99", Load.Percentile(latencies, 0.99), "ms", null, 150),
            new Figure("CPU of 100 changes, with all that follows: process", process * 100 / Changes, "s", null, null),
            new Figure("CPU of 100 changes, with all that follows: database", database * 100 / Changes, "s", null, null),
        ];
    }

    /// <summary>The watchers of one connection.</summary>
    private sealed class Watchers(long[] sent, TimeProvider clock)
    {
        private const byte ReadyTag = 0x12, ChangeTag = 0x1A;

        private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Dictionary<int, Watcher> _watchers = [];
        private int _readyCount;
        private int _completeCount;

        public Task Ready => _ready.Task;

        public Task Complete => _complete.Task;

        public List<double> Latencies { get; } = new(WatchersEach * (Changes - WarmUp));

        public async Task RunAsync(SiloUnderTest silo, CancellationToken cancellationToken)
        {
            try
            {
                using var connection = await Http2Connection.OpenAsync(silo.Grpc, cancellationToken);
                var headers = GrpcBench.HeadersOf(silo, "/switchboard.cases.v1.CaseApi/WatchCases");
                connection.OnData = (stream, bytes) => _watchers[stream].Take(bytes, Told);
                connection.OnEnd = stream => throw new InvalidOperationException($"The watch on stream {stream} ended.");
                for (var i = 0; i < WatchersEach; i++)
                {
                    _watchers[connection.Send(headers, Http2Connection.MessageOf([]))] = new Watcher();
                }

                while (true)
                {
                    await connection.FlushAsync(cancellationToken);
                    await connection.ReceiveAsync(cancellationToken);
                }
            }
            catch (Exception error)
            {
                _ready.TrySetException(error);
                _complete.TrySetException(error);
            }
        }

        private void Told(Watcher watcher, byte tag)
        {
            if (tag == ReadyTag && ++_readyCount == WatchersEach)
            {
                _ready.TrySetResult();
            }
            else if (tag == ChangeTag)
            {
                var number = watcher.Seen++;
                if (number >= WarmUp)
                {
                    Latencies.Add(clock.GetElapsedTime(Volatile.Read(ref sent[number])).TotalMilliseconds);
                }

                if (watcher.Seen == Changes && ++_completeCount == WatchersEach)
                {
                    _complete.TrySetResult();
                }
            }
        }
    }

    /// <summary>Puts one stream's messages together, as far as to see what they are: the field after the position.</summary>
    private sealed class Watcher
    {
        private readonly byte[] _head = new byte[5 + 128];
        private int _have;
        private int _left;

        public int Seen { get; set; }

        public void Take(ReadOnlySpan<byte> bytes, Action<Watcher, byte> told)
        {
            while (bytes.Length > 0)
            {
                var take = Math.Min(bytes.Length, _have < 5 ? 5 - _have : _left);
                var kept = Math.Min(take, Math.Max(0, _head.Length - _have));
                bytes[..kept].CopyTo(_head.AsSpan(Math.Min(_have, _head.Length)));
                bytes = bytes[take..];
                if (_have < 5)
                {
                    _have += take;
                    _left = _have == 5 ? BinaryPrimitives.ReadInt32BigEndian(_head.AsSpan(1)) : 0;
                }
                else
                {
                    _have += kept;
                    _left -= take;
                }

                if (_have >= 5 && _left == 0)
                {
                    told(this, _head[5 + 2 + _head[6]]);
                    _have = 0;
                }
            }
        }
    }
}
