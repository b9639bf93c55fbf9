using System.Text.Json.Nodes;

namespace Switchboard.EndToEnd.Instances;

/// <summary>
/// Follows the stream of changes as server-sent events. When its connection ends it comes back with the last id, to wherever the host is
/// then.
/// </summary>
internal sealed class ChangeWatcher : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly List<SeenChange> _changes = [];
    private readonly Func<HostProcess> _host;
    private readonly Task _following;
    private string? _lastId;
    private string? _reset;
    private int _connections;

    /// <summary>Begins to follow.</summary>
    /// <param name="host">The host to ask at the time.</param>
    public ChangeWatcher(Func<HostProcess> host)
    {
        _host = host;
        _following = Task.Run(FollowAsync);
    }

    /// <summary>How often it connected.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Why it was told that it had missed something, or null.</summary>
    public string? Reset => Volatile.Read(ref _reset);

    /// <summary>From here on nothing may be missed.</summary>
    public Task Ready => _ready.Task.WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>The changes so far, in the order in which they came.</summary>
    public IReadOnlyList<SeenChange> Changes
    {
        get
        {
            lock (_lock)
            {
                return [.. _changes];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        _stop.Dispose();
    }

    private async Task FollowAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var api = _host().Connect();
                using var response = await api.OpenAsync("/api/v2/cases/stream", _lastId is null ? [] : [("Last-Event-ID", _lastId)], _stop.Token);
                response.EnsureSuccessStatusCode();
                Interlocked.Increment(ref _connections);
                using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(_stop.Token));
                await ReadAsync(reader);
            }
            catch (Exception ended) when (ended is HttpRequestException or IOException or OperationCanceledException or InvalidOperationException)
            {
                // The host is gone; it comes back.
            }

            await Task.Delay(Pause, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(StreamReader reader)
    {
        var (name, data, id) = ("message", "", _lastId);
        while (await reader.ReadLineAsync(_stop.Token) is { } line)
        {
            switch (line.Split(": ", 2))
            {
                case ["id", var given]:
                    id = given;
                    break;
                case ["event", var given]:
                    name = given;
                    break;
                case ["data", var given]:
                    data += given;
                    break;
                case [""]:
                    _lastId = id;
                    Take(name, data);
                    (name, data) = ("message", "");
                    break;
            }
        }
    }

    private void Take(string name, string data)
    {
        if (name == "ready")
        {
            _ready.TrySetResult();
        }
        else if (name == "reset")
        {
            Volatile.Write(ref _reset, data);
        }
        else if (name == "message" && data.Length > 0)
        {
            var told = JsonNode.Parse(data)!;
            var place = told["id"]!.GetValue<string>().Split('-').Select(long.Parse).ToArray();
            lock (_lock)
            {
                _changes.Add(new SeenChange(
                    told["event_id"]!.GetValue<Guid>(), told["case"]!["id"]!.GetValue<Guid>(), told["case"]!["version"]!.GetValue<long>(), place[1], place[2]));
            }
        }
    }
}

/// <summary>A change as a client was told of it.</summary>
internal sealed record SeenChange(Guid EventId, Guid CaseId, long Version, long Tx, long Seq);
