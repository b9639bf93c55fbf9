using System.Globalization;
using Switchboard.EndToEnd.Instances;

namespace Switchboard.EndToEnd.Faults.Delivery;

/// <summary>
/// An instance with all flavors and whatever stands at their other ends: a receiver of webhooks, a client that follows the changes. Faults
/// are done to its processes and its database; at the end its history is checked.
/// </summary>
internal sealed class DeliverySite : IAsyncDisposable
{
    private static readonly string[] Settings =
    [
        "--Streams:Leases:Duration", "00:00:01",
        "--Webhooks:AllowHttp", "true", "--Webhooks:AllowPrivateAddresses", "true", "--Webhooks:ConcurrencyPerWebhook", "32",
        "--Webhooks:Timeout", "00:00:02", "--Webhooks:ClaimMargin", "00:00:01", "--Webhooks:FirstPause", "00:00:00.1", "--Webhooks:LongestPause", "00:00:01",
        "--Nexus:BufferedEvents", "10", // so that the client who follows falls behind, and goes on from the log
        "--Evp:SegmentBytes", "65536", "--Evp:SegmentAge", "00:00:01", "--Evp:Interval", "00:00:00.2",
    ];

    private HostProcess? _host;

    private DeliverySite(int seed, int pairs, WebhookReceiver receiver) => (Work, Receiver) = (new CaseWork(seed, pairs), receiver);

    /// <summary>How many events the larger tests make: <c>SWITCHBOARD_TEST_FAULT_EVENTS</c>, or what the suite has time for.</summary>
    public static int Events { get; } = int.TryParse(
        Environment.GetEnvironmentVariable("SWITCHBOARD_TEST_FAULT_EVENTS"), NumberStyles.None, CultureInfo.InvariantCulture, out var events) ? events : 2000;

    /// <summary>A hundred events a case, as far as that is 500 cases.</summary>
    public static int Pairs => Math.Clamp(Events / 200, 25, 250);

    /// <summary><c>SWITCHBOARD_TEST_FAULT_OUTAGE</c> in seconds; unless set, a little more than the handlers' patience with one effect.</summary>
    public static TimeSpan Outage { get; } = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("SWITCHBOARD_TEST_FAULT_OUTAGE"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 4);

    /// <summary>How long one thing may take to come to its end.</summary>
    private static TimeSpan Patience => TimeSpan.FromSeconds(120 + (Events / 50));

    public DataRoot Data { get; } = new();

    public CaseWork Work { get; }

    public WebhookReceiver Receiver { get; }

    public ChangeWatcher Watcher { get; private set; } = null!;

    /// <summary>The process that clients talk to.</summary>
    public HostProcess Host => _host ?? throw new InvalidOperationException("No process runs.");

    /// <summary>Starts a process, and gives it its cases and its followers.</summary>
    public static async Task<DeliverySite> StartAsync(int seed, int pairs, params string[] settings)
    {
        var site = new DeliverySite(seed, pairs, await WebhookReceiver.StartAsync(seed));
        await site.RestartAsync(settings);
        using var api = site.Host.Connect();
        await site.Receiver.RegisterAsync(api);
        site.Watcher = new ChangeWatcher(() => site.Host);
        await site.Watcher.Ready;
        await site.Work.OpenAsync(api, await api.CreateProjectAsync("FAULTS"));
        return site;
    }

    /// <summary>Starts the process that clients talk to, after the one before has ended.</summary>
    public async Task RestartAsync(params string[] settings) => _host = await HostProcess.StartAsync(Data, [.. Settings, .. settings]);

    /// <summary>Starts another process on the same database; clients talk to that one from now on.</summary>
    public async Task<HostProcess> AddAsync(DataRoot folder)
    {
        File.Copy(Path.Combine(Data.Path, "dev-credentials.json"), Path.Combine(folder.Path, "dev-credentials.json"));
        File.Copy(Path.Combine(Data.Path, "webhook-secret.key"), Path.Combine(folder.Path, "webhook-secret.key"));
        return _host = await HostProcess.StartAsync(
            folder,
            [
                .. Settings,
                "--Databases:CaseManagement:Primary", Data.Server.ConnectionString("switchboard_case_management"),
                "--Databases:OnCall:Primary", Data.Server.ConnectionString("switchboard_on_call"),
                "--Files:Store", Path.Combine(Data.Path, "files"),
            ]);
    }

    /// <summary>
    /// Waits until every flavor has taken every event: its queues stand behind all of them. A topic's offsets do not say so; there the relay
    /// does, and the marks.
    /// </summary>
    public async Task TakenAsync()
    {
        await UntilNoneAsync("events that were not taken from the log", """
            select q.consumer || ' ' || q.partition from stream_queue q
            where q.source = 'domain_events' and (q.next is null or exists (select from domain_events e where (e.tx, e.seq) >= (q.tx, q.next)))
            """);
        if ((await Data.QueryAsync("select 1 from stream_queue where source <> 'domain_events' limit 1", row => row.GetInt32(0))).Count > 0)
        {
            foreach (var (flavor, unmarked) in DeliveryHistory.Unmarked)
            {
                await UntilNoneAsync($"events that {flavor} has not marked", unmarked);
            }
        }
    }

    /// <summary>Waits until every flavor has taken every event, and what they have set going has come to its end.</summary>
    public async Task SettleAsync()
    {
        await TakenAsync();
        await UntilNoneAsync("webhooks that are due", "select id::text from webhook_delivery where state = 0 limit 20");
        await UntilNoneAsync("lines that are in no file", "select segment_id::text from evp_line limit 1");
        await UntilNoneAsync("rebuilds under way", "select flavor from handler_rebuild where status in ('requested', 'running')");
        var wanted = (await Data.QueryAsync("select count(*) from domain_events where stream_type = 'case'", row => row.GetInt64(0)))[0];
        await UntilAsync("changes that nobody was told of", () => Task.FromResult<IReadOnlyList<string>>(
            Watcher.Changes.Count >= wanted ? [] : [string.Create(CultureInfo.InvariantCulture, $"{Watcher.Changes.Count} of {wanted}")]));
    }

    /// <summary>Waits until the client that follows the changes was told of one.</summary>
    public Task UntilToldAsync(Guid caseId, long version) => UntilAsync("changes that nobody was told of", () => Task.FromResult<IReadOnlyList<string>>(
        Watcher.Changes.Any(change => change.CaseId == caseId && change.Version >= version) ? [] : [$"{caseId} {version}"]));

    public async ValueTask DisposeAsync()
    {
        if (Watcher is not null)
        {
            await Watcher.DisposeAsync();
        }

        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await Receiver.DisposeAsync();
        await Data.DisposeAsync();
    }

    /// <summary>Waits until a query finds nothing.</summary>
    public Task UntilNoneAsync(string what, string sql) => UntilAsync(what, async () => await Data.QueryAsync(sql, row => row.GetString(0)));

    private static async Task UntilAsync(string what, Func<Task<IReadOnlyList<string>>> left)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (await left() is { Count: > 0 } some)
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"After {Patience.TotalSeconds} s there are still {what}: {string.Join(", ", some.Take(20))}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"waited {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F1} s for {what}");
    }
}
