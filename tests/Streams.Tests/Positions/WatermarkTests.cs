using Switchboard.Streams.Positions;

namespace Switchboard.Streams.Tests.Positions;

/// <summary>Each is a way in which somebody's offsets went wrong: see the histories of Wolverine's and others' committers.</summary>
public sealed class WatermarkTests
{
    private readonly Watermark<long> _watermark = new(10);

    [Fact]
    public void It_starts_where_the_reader_starts()
    {
        _watermark.Value.ShouldBe(10);
        _watermark.InFlight.ShouldBe(0);
    }

    [Fact]
    public void A_record_in_flight_holds_it()
    {
        Read(10, 11, 12);

        _watermark.Value.ShouldBe(10);
        _watermark.InFlight.ShouldBe(3);
    }

    [Fact]
    public void It_stands_behind_the_last_record_when_all_are_done()
    {
        Read(10, 11, 12);
        Done(10, 11, 12);

        _watermark.Value.ShouldBe(13);
        _watermark.InFlight.ShouldBe(0);
    }

    [Fact]
    public void Records_that_finish_out_of_order_wait_for_the_lowest()
    {
        Read(10, 11, 12);

        Done(12);
        _watermark.Value.ShouldBe(10);
        Done(11);
        _watermark.Value.ShouldBe(10);
        Done(10);
        _watermark.Value.ShouldBe(13);
    }

    [Fact]
    public void It_moves_to_the_next_record_that_is_in_flight()
    {
        Read(10, 11, 12, 13);

        Done(11, 10, 13);

        _watermark.Value.ShouldBe(12);
    }

    [Fact]
    public void Missing_numbers_do_not_stop_it()
    {
        Read(10, 15, 40);
        Done(10);
        _watermark.Value.ShouldBe(15);

        Done(15, 40);

        _watermark.Value.ShouldBe(41);
    }

    [Fact]
    public void A_gap_at_the_start_does_not_stop_it()
    {
        Read(100);
        Done(100);

        _watermark.Value.ShouldBe(101);
    }

    [Fact]
    public void Records_of_others_move_it_when_nothing_is_in_flight()
    {
        _watermark.Pass(500);

        _watermark.Value.ShouldBe(500);
    }

    [Fact]
    public void Records_of_others_do_not_move_it_past_one_in_flight()
    {
        Read(10);
        _watermark.Pass(500);
        _watermark.Value.ShouldBe(10);

        Done(10);

        _watermark.Value.ShouldBe(500);
    }

    [Fact]
    public void It_never_goes_back()
    {
        _watermark.Pass(500);
        _watermark.Pass(20);

        _watermark.Value.ShouldBe(500);
    }

    [Fact]
    public void Done_twice_is_done_once()
    {
        Read(10, 11, 12);
        Done(11, 11, 11);
        Done(10, 10);

        _watermark.Value.ShouldBe(12);
        _watermark.InFlight.ShouldBe(1);
    }

    [Fact]
    public void A_record_that_is_not_in_flight_changes_nothing()
    {
        Read(10);
        Done(11, 9, 999);
        Read(11);

        _watermark.Value.ShouldBe(10);
        _watermark.InFlight.ShouldBe(2);
    }

    [Fact]
    public void A_record_read_twice_is_in_flight_once()
    {
        Read(10, 10);
        Done(10);

        _watermark.Value.ShouldBe(11);
        _watermark.InFlight.ShouldBe(0);
    }

    [Fact]
    public void Reading_behind_what_was_passed_is_refused()
    {
        _watermark.Pass(20);

        Should.Throw<ArgumentException>(() => _watermark.Read(19)).Message.ShouldContain("20");
    }

    [Fact]
    public void It_is_always_the_lowest_in_flight_whatever_the_order()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var model = new SortedSet<long>();
        var next = 10L;
        var last = 10L;
        for (var step = 0; step < 20_000; step++)
        {
            if (model.Count == 0 || (model.Count < 200 && random.Next(2) == 0))
            {
                next += random.Next(1, 5);
                _watermark.Read(next);
                _watermark.Pass(next + 1);
                model.Add(next);
            }
            else
            {
                var done = model.ElementAt(random.Next(Math.Min(model.Count, 20)));
                model.Remove(done);
                _watermark.Done(done);
            }

            _watermark.Value.ShouldBe(model.Count > 0 ? model.Min : next + 1);
            _watermark.InFlight.ShouldBe(model.Count);
            _watermark.Value.ShouldBeGreaterThanOrEqualTo(last);
            last = _watermark.Value;
        }
    }

    [Fact]
    public void Places_in_the_log_are_ordered_by_epoch_transaction_and_number()
    {
        QueuePosition[] ordered = [new(1, 5, 9), new(1, 7, 2), new(1, 7, 3), new(2, 1, 1)];
        var watermark = new Watermark<QueuePosition>(ordered[0]);
        foreach (var place in ordered)
        {
            watermark.Read(place);
        }

        watermark.Done(ordered[0]);
        watermark.Done(ordered[2]);

        watermark.Value.ShouldBe(ordered[1]);
    }

    private void Read(params long[] places)
    {
        foreach (var place in places)
        {
            _watermark.Read(place);
            _watermark.Pass(place + 1);
        }
    }

    private void Done(params long[] places)
    {
        foreach (var place in places)
        {
            _watermark.Done(place);
        }
    }
}
