using Microsoft.Extensions.DependencyInjection;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Control;
using Switchboard.Streams.Leases;
using Switchboard.Streams.Positions;
using Switchboard.Testing.Postgres;

namespace Switchboard.Streams.Tests.Leases;

public sealed class QueueTableTests : IClassFixture<DatabaseFixture>, IAsyncDisposable
{
    private static readonly TimeSpan _long = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _over = TimeSpan.Zero;
    private readonly TestStorage _storage;
    private readonly QueueTable _table;
    private readonly StreamControl _control;
    private readonly string _consumer = $"flavor-{Guid.NewGuid():N}";

    public QueueTableTests(DatabaseFixture database)
    {
        _storage = TestStorage.Connect(database.Database);
        var tenant = _storage.Services.GetRequiredService<TenantDatabase>();
        (_table, _control) = (new QueueTable(tenant), new StreamControl(tenant));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    [Fact]
    public async Task A_free_queue_is_given_and_then_not_free()
    {
        var lease = await AcquireAsync("one", _long);

        lease!.Epoch.ShouldBe(1);
        lease.Position.ShouldBeNull();
        (await AcquireAsync("two", _long)).ShouldBeNull();
    }

    [Fact]
    public async Task A_lease_that_ran_out_is_taken_with_a_higher_epoch_and_the_position_that_stands()
    {
        var first = (await AcquireAsync("one", _over))!;
        await AdvanceAsync(first, 7);

        var second = (await AcquireAsync("two", _long))!;

        second.Epoch.ShouldBe(2);
        second.Position.ShouldBe(QueuePosition.Offset(7));
    }

    [Fact]
    public async Task An_owner_that_slept_through_its_lease_moves_nothing()
    {
        var sleeper = (await AcquireAsync("sleeper", _over))!;
        var second = (await AcquireAsync("second", _long))!;
        await AdvanceAsync(second, 20);

        (await AdvanceAsync(sleeper, 30)).ShouldBe(AdvanceOutcome.Stale);
        (await _table.RenewAsync([sleeper], _long, Token)).ShouldBeEmpty();

        (await StatusAsync()).Position.ShouldBe(QueuePosition.Offset(20));
    }

    [Fact]
    public async Task A_lease_that_ran_out_and_was_not_taken_is_renewed()
    {
        var lease = (await AcquireAsync("one", _over))!;

        (await _table.RenewAsync([lease], _long, Token)).ShouldBe([lease.Queue]);

        (await AcquireAsync("two", _long)).ShouldBeNull();
        (await AdvanceAsync(lease, 3)).ShouldBe(AdvanceOutcome.Accepted);
    }

    [Fact]
    public async Task A_lease_that_was_given_back_is_free_at_once()
    {
        var lease = (await AcquireAsync("one", _long))!;
        await _table.ReleaseAsync([lease], Token);

        (await AcquireAsync("two", _long))!.Epoch.ShouldBe(2);
    }

    [Fact]
    public async Task A_stale_release_frees_nothing()
    {
        var sleeper = (await AcquireAsync("sleeper", _over))!;
        _ = await AcquireAsync("second", _long);

        await _table.ReleaseAsync([sleeper], Token);

        (await AcquireAsync("third", _long)).ShouldBeNull();
    }

    [Fact]
    public async Task A_position_never_goes_back()
    {
        var lease = (await AcquireAsync("one", _long))!;
        await AdvanceAsync(lease, 20);

        (await AdvanceAsync(lease, 19)).ShouldBe(AdvanceOutcome.Behind);
        (await AdvanceAsync(lease, 20)).ShouldBe(AdvanceOutcome.Accepted);

        (await StatusAsync()).Position.ShouldBe(QueuePosition.Offset(20));
    }

    [Fact]
    public async Task Where_a_topic_ends_is_said_by_its_present_owner()
    {
        var sleeper = (await AcquireAsync("sleeper", _over))!;
        var second = (await AcquireAsync("second", _long))!;

        await _table.NoteEndsAsync([(second, 30)], Token);
        await _table.NoteEndsAsync([(sleeper, 20)], Token);

        (await StatusAsync()).End.ShouldBe(30);
    }

    [Fact]
    public async Task Positions_in_the_log_keep_transactions_beyond_32_bits()
    {
        var lease = (await AcquireAsync("one", _over))!;
        var position = new QueuePosition(3, 1UL << 40, 12);
        await _table.AdvanceAsync([new QueueAdvance(lease.Queue, lease.Epoch, position)], Token);

        (await AcquireAsync("two", _long))!.Position.ShouldBe(position);
    }

    [Fact]
    public async Task Of_many_that_want_a_queue_one_gets_it()
    {
        var leases = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => AcquireAsync($"p{number}", _long)));

        leases.OfType<QueueLease>().ShouldHaveSingleItem().Epoch.ShouldBe(1);
    }

    [Fact]
    public async Task Epochs_never_repeat_however_often_the_queue_changes_hands()
    {
        var epochs = new List<long>();
        for (var round = 0; round < 10; round++)
        {
            var leases = await Task.WhenAll(Enumerable.Range(0, 5).Select(number => AcquireAsync($"p{number}", _over)));
            epochs.AddRange(leases.OfType<QueueLease>().Select(lease => lease.Epoch));
        }

        epochs.ShouldBeUnique();
        epochs.Count.ShouldBeGreaterThanOrEqualTo(10);
    }

    [Fact]
    public async Task Queues_that_are_cut_another_way_exclude_each_other()
    {
        var four = (await _table.AcquireAsync([new QueueName(_consumer, "domain_events", 1, 4)], "one", _long, Token)).ShouldHaveSingleItem();
        QueueName[] eight = [new(_consumer, "domain_events", 1, 8), new(_consumer, "domain_events", 2, 8)];
        (await _table.AcquireAsync(eight, "two", _long, Token)).ShouldBeEmpty();

        await _table.ReleaseAsync([four], Token);

        (await _table.AcquireAsync(eight, "two", _long, Token)).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Queues_of_a_new_cut_begin_at_the_lowest_position_of_the_cut_before()
    {
        QueueName[] two = [new(_consumer, "domain_events", 0, 2), new(_consumer, "domain_events", 1, 2)];
        var leases = await _table.AcquireAsync(two, "one", _long, Token);
        await _table.AdvanceAsync([.. leases.Select(lease => new QueueAdvance(lease.Queue, lease.Epoch, new QueuePosition(1, 70, 5 + lease.Queue.Partition)))], Token);
        await _table.ReleaseAsync(leases, Token);

        var three = await _table.AcquireAsync([.. Enumerable.Range(0, 3).Select(part => new QueueName(_consumer, "domain_events", part, 3))], "two", _long, Token);

        three.Select(lease => lease.Position).ShouldBe([new QueuePosition(1, 70, 5), new QueuePosition(1, 70, 5), new QueuePosition(1, 70, 5)]);
    }

    [Fact]
    public async Task Queues_of_a_new_cut_begin_at_the_start_when_one_of_the_cut_before_had_no_position()
    {
        QueueName[] two = [new(_consumer, "domain_events", 0, 2), new(_consumer, "domain_events", 1, 2)];
        var leases = await _table.AcquireAsync(two, "one", _long, Token);
        await _table.AdvanceAsync([new QueueAdvance(two[0], leases[0].Epoch, new QueuePosition(1, 70, 5))], Token);
        await _table.ReleaseAsync(leases, Token);

        (await _table.AcquireAsync([new QueueName(_consumer, "domain_events", 0, 3)], "two", _long, Token)).Single().Position.ShouldBeNull();
    }

    [Fact]
    public async Task A_paused_consumer_loses_its_queues_and_gets_none()
    {
        var lease = (await AcquireAsync("one", _long))!;
        await _control.PauseAsync(_consumer, "ada", Token);

        (await _table.RenewAsync([lease], _long, Token)).ShouldBeEmpty();
        (await AdvanceAsync(lease, 3)).ShouldBe(AdvanceOutcome.Stale);
        (await AcquireAsync("two", _long)).ShouldBeNull();
        (await _control.ListPausedAsync(Token)).ShouldContain(paused => paused.Consumer == _consumer && paused.By == "ada");

        await _control.ResumeAsync(_consumer, "ada", Token);
        (await AcquireAsync("two", _long)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_rewind_takes_the_queue_from_its_owner_and_puts_it_back()
    {
        var lease = (await AcquireAsync("one", _long))!;
        await AdvanceAsync(lease, 100);

        (await _control.RewindAsync(_consumer, "topic", QueuePosition.Offset(5), null, Token)).ShouldBe(1);

        (await AdvanceAsync(lease, 101)).ShouldBe(AdvanceOutcome.Stale);
        (await AcquireAsync("one", _long))!.Position.ShouldBe(QueuePosition.Offset(5));
    }

    [Fact]
    public async Task The_position_behind_a_log_without_later_events_is_its_end()
    {
        var end = await _control.FindAsync(DateTimeOffset.UnixEpoch.AddYears(500), Token);
        var start = await _control.FindAsync(DateTimeOffset.UnixEpoch, Token);

        end.ShouldBeGreaterThanOrEqualTo(start);
    }

    [Theory]
    [InlineData("42", 0, 0, 42)]
    [InlineData("1/7423/981", 1, 7423, 981)]
    public void A_position_is_read_as_it_is_shown(string text, long epoch, ulong tx, long next) =>
        StreamControl.Parse(text).ShouldBe(new QueuePosition(epoch, tx, next));

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1/2")]
    [InlineData("a/b/c")]
    public void A_text_that_is_no_position_is_refused(string text) =>
        Should.Throw<FormatException>(() => StreamControl.Parse(text)).Message.ShouldContain("epoch/tx/seq");

    private async Task<QueueLease?> AcquireAsync(string owner, TimeSpan duration) =>
        (await _table.AcquireAsync([new QueueName(_consumer, "topic", 0)], owner, duration, Token)).SingleOrDefault();

    private async Task<AdvanceOutcome> AdvanceAsync(QueueLease lease, long offset) =>
        (await _table.AdvanceAsync([new QueueAdvance(lease.Queue, lease.Epoch, QueuePosition.Offset(offset))], Token))[lease.Queue];

    private async Task<QueueStatus> StatusAsync() => (await _table.ListAsync(_consumer, Token)).ShouldHaveSingleItem();
}
