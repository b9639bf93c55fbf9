using Microsoft.Extensions.DependencyInjection;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Speech;

public sealed class UsageLedgerTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private readonly Guid _org = Guid.CreateVersion7();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Duplicates_replays_and_crashes_count_every_second_of_audio_once()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var opened = new[] { new DateTimeOffset(2026, 10, 31, 23, 59, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 1, 0, 1, 0, TimeSpan.Zero) };
        var sessions = Enumerable.Range(0, 12).Select(number => (
            Id: Guid.CreateVersion7(), Meter: number % 3 == 0 ? UsageMeters.FileAudio : UsageMeters.LiveAudio, Opened: opened[number % 2], Audio: random.Next(1, 65_000))).ToArray();

        // What a session's holder flushes while the audio grows; after a crash its successor flushes the same again.
        var flushes = new List<UsageRow[]>();
        foreach (var session in sessions)
        {
            for (var (accepted, flushed) = (0, 0); accepted < session.Audio; flushed = accepted)
            {
                accepted = Math.Min(session.Audio, accepted + random.Next(1, 15_000));
                flushes.Add(Rows(session.Id, session.Meter, session.Opened, flushed, accepted));
            }

            flushes.Add(Rows(session.Id, session.Meter, session.Opened, 0, session.Audio));
        }

        var sent = flushes.Concat(flushes.Where(_ => random.Next(3) == 0)).OrderBy(_ => random.Next()).ToArray();
        await using var first = TestStorage.Connect(fixture.Database);
        await using var second = TestStorage.Connect(fixture.Database);
        await Parallel.ForEachAsync(sent, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token }, async (rows, _) =>
        {
            // Several sessions in one flush, as a process writes them.
            var together = rows.Concat(sent[Math.Abs(rows[0].Interval * 7) % sent.Length]).ToArray();
            await Ledger(rows[0].Interval % 2 == 0 ? first : second).RecordAsync(together, Token);
        });

        (await SumAsync("select sum(milliseconds) from speech_usage")).ShouldBe(sessions.Sum(session => session.Audio), $"seed {seed}");
        (await SumAsync("select sum(milliseconds) from speech_usage_session")).ShouldBe(sessions.Sum(session => session.Audio), $"seed {seed}");
        foreach (var month in opened)
        {
            (await SumAsync("select sum(milliseconds) from speech_usage_month", $"and month = '{month:yyyy-MM}-01'"))
                .ShouldBe(sessions.Where(session => session.Opened == month).Sum(session => session.Audio), $"{month:yyyy-MM} of seed {seed}");
        }

        foreach (var session in sessions)
        {
            (await SumAsync("select milliseconds from speech_usage_session", $"and session_id = '{session.Id}'")).ShouldBe(session.Audio);
        }
    }

    [Fact]
    public async Task A_smaller_quantity_of_an_interval_changes_nothing()
    {
        await using var storage = TestStorage.Connect(fixture.Database);
        var row = Rows(Guid.CreateVersion7(), UsageMeters.LiveAudio, DateTimeOffset.UtcNow, 0, 9_000)[0];

        await Ledger(storage).RecordAsync([row with { Milliseconds = 4_000 }, row, row with { Milliseconds = 5_000 }], Token);
        await Ledger(storage).RecordAsync([row with { Milliseconds = 3_000 }], Token);
        await Ledger(storage).RecordAsync([], Token);

        (await SumAsync("select sum(milliseconds) from speech_usage_month")).ShouldBe(9_000);
    }

    [Fact]
    public async Task Malformed_usage_is_refused_whole()
    {
        await using var storage = TestStorage.Connect(fixture.Database);
        var row = Rows(Guid.CreateVersion7(), UsageMeters.LiveAudio, DateTimeOffset.UtcNow, 0, 9_000)[0];

        foreach (var wrong in new[] { row with { Meter = "lightyears" }, row with { Interval = -1 }, row with { Interval = 1, Milliseconds = -5 } })
        {
            await Should.ThrowAsync<ArgumentException>(() => Ledger(storage).RecordAsync([row, wrong], Token));
        }

        (await SumAsync("select coalesce(sum(milliseconds), 0)::bigint from speech_usage")).ShouldBe(0);
    }

    [Fact]
    public async Task A_request_is_completed_once_and_stays_so()
    {
        await using var storage = TestStorage.Connect(fixture.Database);
        var request = new SpeechRequest
        {
            OrgId = _org,
            RequestId = Guid.CreateVersion7(),
            KeyId = Guid.CreateVersion7(),
            CreatedAt = DateTimeOffset.UtcNow,
            Path = "/v1/listen?model=nova-3",
            Method = "streaming",
            Model = "embedded-en-us",
            Tags = ["a"],
            Features = ["punctuate"],
        };

        await Ledger(storage).RecordAsync(request, Token);
        await Ledger(storage).RecordAsync(request with { Code = 1000, EndedAt = request.CreatedAt.AddSeconds(9), Milliseconds = 8_500 }, Token);
        await Ledger(storage).RecordAsync(request, Token);
        await Ledger(storage).RecordAsync(request with { Code = 1011, EndedAt = request.CreatedAt.AddSeconds(20), Milliseconds = 8_400 }, Token);

        (await fixture.Database.ExecuteAsync($"select code || ' ' || milliseconds || ' ' || extract(epoch from ended_at - created_at)::int from speech_request where org_id = '{_org}'"))
            .ShouldBe("1000 8500 9");
    }

    private static IUsageLedger Ledger(TestStorage storage) => storage.Services.GetRequiredService<IUsageLedger>();

    private UsageRow[] Rows(Guid session, string meter, DateTimeOffset opened, int from, int to)
    {
        var interval = (int)UsageMeters.Interval.TotalMilliseconds;
        return
        [
            .. Enumerable.Range(from / interval, ((to - 1) / interval) - (from / interval) + 1).Select(number => new UsageRow
            {
                OrgId = _org, SessionId = session, Meter = meter, Interval = number, OpenedAt = opened,
                Milliseconds = Math.Min(interval, to - (number * interval)),
            }),
        ];
    }

    private async Task<long> SumAsync(string query, string more = "") =>
        Convert.ToInt64(await fixture.Database.ExecuteAsync($"{query} where org_id = '{_org}' {more}"), System.Globalization.CultureInfo.InvariantCulture);
}
