using Microsoft.Extensions.DependencyInjection;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Speech;

public sealed class SpeechSlotsTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private readonly SpeechCaller _caller = new() { OrgId = Guid.CreateVersion7(), KeyId = Guid.CreateVersion7(), Scopes = [] };
    private readonly List<TestStorage> _processes = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }
    }

    [Fact]
    public async Task Fifty_parallel_opens_over_two_processes_admit_exactly_the_limit()
    {
        var processes = new[] { Process(), Process() };
        await LimitAsync(processes[0], new(Live: 10, RequestsPerSecond: 1000));

        var grants = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => TakeAsync(processes[number % 2]).AsTask()));

        grants.Count(grant => grant.Slot is not null).ShouldBe(10);
        var refused = grants.Where(grant => grant.Slot is null).ToList();
        refused.ShouldAllBe(grant => grant.Refusal!.Status == 429 && grant.Refusal.RetryAfterSeconds >= 1 && grant.Limit == 10 && grant.Remaining == 0);
        grants.Where(grant => grant.Slot is not null).Select(grant => grant.Remaining).Order().ShouldBe(Enumerable.Range(0, 10));

        await Task.WhenAll(grants.Select(grant => grant.Slot?.DisposeAsync().AsTask() ?? Task.CompletedTask));
        (await TakeAsync(processes[1])).Remaining.ShouldBe(9);
    }

    [Fact]
    public async Task Whatever_is_taken_and_given_back_in_whichever_order_the_count_is_exact()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var processes = new[] { Process(), Process() };
        await LimitAsync(processes[0], new(Live: 4, RequestsPerSecond: 100_000));
        var sessions = Enumerable.Range(0, 7).Select(_ => Guid.CreateVersion7()).ToArray();
        var held = new List<(int Session, int Process, ISlot Slot)>();

        for (var step = 0; step < 120; step++)
        {
            if (held.Count > 0 && random.Next(5) < 2)
            {
                var place = random.Next(held.Count);
                await held[place].Slot.DisposeAsync();
                held.RemoveAt(place);
                continue;
            }

            // A session stays with its process: another that asks for it takes it over.
            var session = random.Next(sessions.Length);
            var grant = await TakeAsync(processes[session % 2], session: sessions[session]);
            var before = held.Select(one => one.Session).Distinct().ToList();
            (grant.Slot is not null).ShouldBe(before.Contains(session) || before.Count < 4, $"step {step} of seed {seed}");
            if (grant.Slot is { } slot)
            {
                held.Add((session, session % 2, slot));
                grant.Remaining.ShouldBe(4 - held.Select(one => one.Session).Distinct().Count(), $"step {step} of seed {seed}");
            }
        }
    }

    [Fact]
    public async Task The_slots_of_a_process_that_stands_still_are_free_after_its_lease_and_it_learns_that_it_lost_them()
    {
        var clock = new FakeTimeProvider();
        var frozen = Process(clock, ("Speech:Limits:Lease", "00:00:01"));
        var other = Process(null, ("Speech:Limits:Lease", "00:00:01"));
        await LimitAsync(other, new(Live: 1, RequestsPerSecond: 100_000));
        var lost = (await TakeAsync(frozen)).Slot!;
        lost.Lost.IsCancellationRequested.ShouldBeFalse();

        var taken = await UntilAsync(() => TakeAsync(other).AsTask(), static grant => grant.Slot is not null);

        taken.Slot!.Lost.IsCancellationRequested.ShouldBeFalse();
        await UntilAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(lost.Lost.IsCancellationRequested);
            },
            static ended => ended);
        await lost.DisposeAsync();
        (await TakeAsync(frozen)).Refusal.ShouldNotBeNull("what is lost cannot be given back");
        taken.Slot.Lost.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task A_process_that_ends_gives_its_slots_back()
    {
        var ending = Process();
        var other = Process();
        await LimitAsync(other, new(Live: 1));
        (await TakeAsync(ending)).Slot.ShouldNotBeNull();
        (await TakeAsync(other)).Slot.ShouldBeNull();

        await ending.DisposeAsync();

        (await TakeAsync(other)).Slot.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_session_that_asks_twice_holds_one_slot_until_both_are_given_back()
    {
        var process = Process();
        await LimitAsync(process, new(Live: 1));
        var session = Guid.CreateVersion7();
        var first = (await TakeAsync(process, session: session)).Slot!;
        var second = (await TakeAsync(process, session: session)).Slot!;

        await first.DisposeAsync();
        await first.DisposeAsync();
        (await TakeAsync(process)).Slot.ShouldBeNull();
        await second.DisposeAsync();

        (await TakeAsync(process)).Slot.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_session_that_goes_on_in_another_process_keeps_its_one_slot()
    {
        var (first, second) = (Process(), Process());
        await LimitAsync(first, new(Live: 1));
        var session = Guid.CreateVersion7();
        var before = (await TakeAsync(first, session: session)).Slot!;
        var after = (await TakeAsync(second, session: session)).Slot.ShouldNotBeNull();

        await before.DisposeAsync();

        (await TakeAsync(first)).Slot.ShouldBeNull("the second process holds it");
        await after.DisposeAsync();
        (await TakeAsync(first)).Slot.ShouldNotBeNull();
    }

    [Fact]
    public async Task Files_and_live_sessions_are_counted_apart()
    {
        var process = Process();
        await LimitAsync(process, new(Live: 1, Files: 1));

        (await TakeAsync(process)).Slot.ShouldNotBeNull();
        (await TakeAsync(process, SpeechSlotKind.File)).Slot.ShouldNotBeNull();
        (await TakeAsync(process, SpeechSlotKind.File)).Refusal!.Status.ShouldBe(429);
    }

    [Fact]
    public async Task Too_many_requests_are_refused_and_nothing_is_spent_by_a_refusal()
    {
        var process = Process();
        await LimitAsync(process, new(Live: 1, RequestsPerSecond: 5));
        (await TakeAsync(process)).Slot.ShouldNotBeNull();
        var tokens = await TokensAsync();

        (await TakeAsync(process)).Refusal!.Code.ShouldBe("TOO_MANY_REQUESTS");
        (await TokensAsync()).ShouldBe(tokens, "the limit at the same time stood against it");

        await fixture.Database.ExecuteAsync(
            $"update speech_gate set tokens = 0, refilled_at = now() + interval '1 hour' where org_id = '{_caller.OrgId}'");
        var refusal = (await TakeAsync(process, SpeechSlotKind.File)).Refusal!;
        refusal.Status.ShouldBe(429);
        refusal.RetryAfterSeconds.ShouldBe(1);
    }

    [Fact]
    public async Task The_months_seconds_refuse_new_sessions_and_end_those_that_run()
    {
        var process = Process(null, ("Speech:Limits:Lease", "00:00:01"));
        await LimitAsync(process, new(SecondsPerMonth: 10));
        var running = (await TakeAsync(process)).Slot!;

        await process.Services.GetRequiredService<IUsageLedger>().RecordAsync(
            [new UsageRow { OrgId = _caller.OrgId, SessionId = Guid.CreateVersion7(), Meter = UsageMeters.LiveAudio, Interval = 0, Milliseconds = 10_000, OpenedAt = DateTimeOffset.UtcNow }],
            Token);

        (await TakeAsync(process)).Refusal.ShouldBe(SpeechError.PaymentRequired);
        await UntilAsync(() => Task.FromResult(running.Lost.IsCancellationRequested), static lost => lost);
    }

    [Fact]
    public async Task Limits_are_the_organisations_own_or_the_configured_ones()
    {
        var process = Process(null, ("Speech:Limits:Files", "3"));
        var limits = process.Services.GetRequiredService<ISpeechLimits>();

        (await limits.GetAsync(_caller.OrgId, Token)).ShouldBe(new SpeechLimits(10, 3, 50, null));
        (await limits.SetAsync(_caller.OrgId, new(Live: 2), Token)).ShouldBe(new SpeechLimits(2, 3, 50, null));
        (await limits.SetAsync(_caller.OrgId, new(SecondsPerMonth: 60), Token)).ShouldBe(new SpeechLimits(2, 3, 50, 60));
        (await limits.GetAsync(Guid.CreateVersion7(), Token)).Live.ShouldBe(10);
        (await limits.ResetAsync(_caller.OrgId, Token)).ShouldBe(new SpeechLimits(10, 3, 50, null));
    }

    [Fact]
    public async Task Without_the_database_a_caller_is_told_to_come_back()
    {
        await using var process = TestStorage.Connect("Host=127.0.0.1;Port=1;Database=nowhere;Username=nobody;Timeout=1");

        var grant = await TakeAsync(process);

        grant.Slot.ShouldBeNull();
        grant.Refusal.ShouldBe(SpeechError.Unavailable);
    }

    private TestStorage Process(TimeProvider? time = null, params (string Key, string Value)[] settings)
    {
        var process = TestStorage.Connect(fixture.Database, time, settings);
        _processes.Add(process);
        return process;
    }

    private ValueTask<SlotGrant> TakeAsync(TestStorage process, SpeechSlotKind kind = SpeechSlotKind.Live, Guid? session = null) =>
        process.Services.GetRequiredService<ISpeechSlots>().AcquireAsync(_caller, kind, session ?? Guid.CreateVersion7(), Token);

    private async Task LimitAsync(TestStorage process, SpeechLimitChange change) =>
        await process.Services.GetRequiredService<ISpeechLimits>().SetAsync(_caller.OrgId, change, Token);

    private async Task<double> TokensAsync() =>
        (double)(await fixture.Database.ExecuteAsync($"select tokens from speech_gate where org_id = '{_caller.OrgId}'"))!;

    private static async Task<T> UntilAsync<T>(Func<Task<T>> look, Func<T, bool> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var seen = await look();
            if (holds(seen))
            {
                return seen;
            }

            await Task.Delay(50, patience.Token);
        }
    }
}
