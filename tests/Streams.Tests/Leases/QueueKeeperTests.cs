using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Control;
using Switchboard.Streams.Diagnostics;
using Switchboard.Streams.Leases;
using Switchboard.Streams.Positions;
using Switchboard.Testing.Postgres;

namespace Switchboard.Streams.Tests.Leases;

public sealed class QueueKeeperTests : IClassFixture<DatabaseFixture>, IAsyncDisposable
{
    private readonly TestStorage _storage;
    private readonly TenantDatabase _tenant;
    private readonly QueueName _queue = new($"flavor-{Guid.NewGuid():N}", "topic", 0);

    public QueueKeeperTests(DatabaseFixture database)
    {
        _storage = TestStorage.Connect(database.Database);
        _tenant = _storage.Services.GetRequiredService<TenantDatabase>();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    [Fact]
    public async Task A_queue_that_is_free_is_held_soon()
    {
        await using var keeper = Keeper();

        var lease = await keeper.Open(_queue).WaitAsync(Token);

        lease.Epoch.ShouldBe(1);
    }

    [Fact]
    public async Task Positions_are_written_without_being_asked_for()
    {
        await using var keeper = Keeper();
        var slot = keeper.Open(_queue);
        var lease = await slot.WaitAsync(Token);

        slot.Advance(lease, QueuePosition.Offset(5));
        slot.Advance(lease, QueuePosition.Offset(9));
        slot.Advance(lease, QueuePosition.Offset(7));

        await EventuallyAsync(async () => await PositionAsync() == QueuePosition.Offset(9));
    }

    [Fact]
    public async Task A_keeper_that_stops_writes_positions_and_hands_over_at_once()
    {
        var first = Keeper(TimeSpan.FromMinutes(1));
        var slot = first.Open(_queue);
        slot.Advance(await slot.WaitAsync(Token), QueuePosition.Offset(12));
        await using var second = Keeper();
        var next = second.Open(_queue);

        await first.DisposeAsync();

        var lease = await next.WaitAsync(Token);
        lease.Epoch.ShouldBe(2);
        lease.Position.ShouldBe(QueuePosition.Offset(12));
        slot.Held.ShouldBeNull();
    }

    [Fact]
    public async Task A_slot_that_is_disposed_hands_over_at_once()
    {
        await using var first = Keeper(TimeSpan.FromMinutes(1));
        var slot = first.Open(_queue);
        slot.Advance(await slot.WaitAsync(Token), QueuePosition.Offset(12));

        await slot.DisposeAsync();

        await using var second = Keeper();
        (await second.Open(_queue).WaitAsync(Token)).Position.ShouldBe(QueuePosition.Offset(12));
    }

    [Fact]
    public async Task A_lease_is_renewed_for_as_long_as_it_is_wanted()
    {
        await using var first = Keeper(TimeSpan.FromSeconds(1));
        var slot = first.Open(_queue);
        var lease = await slot.WaitAsync(Token);
        var expiry = await ExpiryAsync();

        await EventuallyAsync(async () => await ExpiryAsync() > expiry.AddSeconds(1.5));

        slot.Lease.ShouldBeSameAs(lease);
    }

    [Fact]
    public async Task An_owner_that_lost_its_queue_notices_and_starts_anew_under_another_epoch()
    {
        await using var keeper = Keeper();
        var slot = keeper.Open(_queue);
        var lease = await slot.WaitAsync(Token);
        var changed = slot.Changed;

        await new StreamControl(_tenant).RewindAsync(_queue.Consumer, "topic", QueuePosition.Offset(3), null, Token);
        await changed.WaitAsync(Token);
        slot.Advance(lease, QueuePosition.Offset(50));

        var again = await slot.WaitAsync(Token);
        again.Epoch.ShouldBeGreaterThan(lease.Epoch);
        again.Position.ShouldBe(QueuePosition.Offset(3));
        (await slot.FlushAsync(Token)).ShouldBeTrue();
        (await PositionAsync()).ShouldBe(QueuePosition.Offset(3));
    }

    [Fact]
    public async Task A_queue_cannot_be_opened_twice_in_one_process()
    {
        await using var keeper = Keeper();
        keeper.Open(_queue);

        Should.Throw<InvalidOperationException>(() => keeper.Open(_queue)).Message.ShouldContain(_queue.Consumer);
    }

    [Fact]
    public async Task Processes_that_want_the_same_queues_share_them_evenly()
    {
        await using var first = Keeper();
        var slots = OpenAll(first, 5);
        await EventuallyAsync(() => Task.FromResult(Held(slots) == 5));

        await using var second = Keeper();
        var more = OpenAll(second, 5);
        await EventuallyAsync(() => Task.FromResult((Held(slots), Held(more)) is (3, 2) or (2, 3)));

        await using var third = Keeper();
        var most = OpenAll(third, 5);
        await EventuallyAsync(() => Task.FromResult(new[] { Held(slots), Held(more), Held(most) }.Order().SequenceEqual([1, 2, 2])));
    }

    [Fact]
    public async Task The_share_of_a_process_that_stops_goes_to_the_others()
    {
        await using var first = Keeper();
        var slots = OpenAll(first, 4);
        var second = Keeper();
        var more = OpenAll(second, 4);
        await EventuallyAsync(() => Task.FromResult((Held(slots), Held(more)) == (2, 2)));

        await second.DisposeAsync();

        await EventuallyAsync(() => Task.FromResult(Held(slots) == 4));
    }

    [Fact]
    public async Task The_share_of_a_process_that_died_goes_to_the_others_when_its_leases_have_run_out()
    {
        var table = new QueueTable(_tenant);
        QueueName[] queues = [.. Enumerable.Range(0, 4).Select(part => _queue with { Partition = part })];
        var duration = TimeSpan.FromSeconds(1);
        _ = await table.Seekers.AnnounceAsync([QueueGroup.Of(_queue)], "dead", duration, Token);
        (await table.AcquireAsync(queues[..2], "dead", duration, Token)).Length.ShouldBe(2);

        await using var keeper = Keeper(duration);
        var slots = OpenAll(keeper, 4);

        await EventuallyAsync(() => Task.FromResult(Held(slots) == 4));
    }

    [Fact]
    public async Task A_queue_that_cannot_be_shared_does_not_change_hands()
    {
        await using var first = Keeper(TimeSpan.FromSeconds(1));
        var lease = await first.Open(_queue).WaitAsync(Token);
        await using var second = Keeper(TimeSpan.FromSeconds(1));
        second.Open(_queue);

        // Until both have looked at each other more than once.
        var until = (await ExpiryAsync()).AddSeconds(1);
        await EventuallyAsync(async () => await ExpiryAsync() > until);

        (await new QueueTable(_tenant).ListAsync(_queue.Consumer, Token)).Single().Epoch.ShouldBe(lease.Epoch);
    }

    [Fact]
    public void A_dead_process_is_replaced_within_five_seconds()
    {
        var options = new LeaseOptions();

        // The lease runs out, and is looked at once in a fourth of it, in rounds of the positions' interval.
        (options.Duration + (options.Duration / 4) + options.PositionInterval).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    private QueueSlot[] OpenAll(QueueKeeper keeper, int count) =>
        [.. Enumerable.Range(0, count).Select(part => keeper.Open(_queue with { Partition = part }))];

    private static int Held(QueueSlot[] slots) => slots.Count(static slot => slot.Held is not null);

    private QueueKeeper Keeper(TimeSpan? duration = null) => new(
        new QueueTable(_tenant),
        new LeaseOptions { Duration = duration ?? TimeSpan.FromSeconds(2), PositionInterval = TimeSpan.FromMilliseconds(50) },
        new StreamInstruments(_storage.Services.GetRequiredService<IMeterFactory>()),
        TimeProvider.System,
        NullLogger<QueueKeeper>.Instance);

    private async Task<QueuePosition?> PositionAsync() => (await new QueueTable(_tenant).ListAsync(_queue.Consumer, Token)).Single().Position;

    private async Task<DateTime> ExpiryAsync()
    {
        await using var command = _tenant.Primary.CreateCommand("select expires_at from stream_queue where consumer = $1");
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = _queue.Consumer });
        return (DateTime)(await command.ExecuteScalarAsync(Token))!;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        giveUp.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, giveUp.Token);
        }
    }
}
