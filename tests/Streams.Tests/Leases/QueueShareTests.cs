using Switchboard.Streams.Leases;

namespace Switchboard.Streams.Tests.Leases;

public sealed class QueueShareTests
{
    [Theory]
    [InlineData(4, 0, "", 4, 0)] // alone: all of them
    [InlineData(4, 4, "", 0, 0)]
    [InlineData(4, 4, "0", 0, 2)] // somebody came
    [InlineData(4, 0, "4", 2, 0)]
    [InlineData(4, 2, "0", 0, 0)] // its half is free already
    [InlineData(4, 2, "2", 0, 0)]
    [InlineData(1, 1, "0", 0, 0)] // what cannot be divided stays where it is
    [InlineData(3, 2, "1", 0, 0)]
    [InlineData(3, 3, "0", 0, 1)]
    [InlineData(4, 2, "2,0", 0, 1)] // one of the two that have more makes room for the third
    [InlineData(4, 1, "2,0", 0, 0)] // and no more than one
    [InlineData(4, 1, "1,0", 1, 0)] // of two that are free, one is the third's
    [InlineData(4, 0, "2,1", 1, 0)]
    [InlineData(1, 0, "0,0", 1, 0)]
    public void Everybody_gets_the_same_or_one_more(int queues, int mine, string others, int room, int excess) =>
        QueueShare.Of(queues, mine, [.. others.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)]).ShouldBe(new QueueShare(room, excess));

    [Fact]
    public void Whoever_comes_and_goes_the_shares_become_even_and_stay_so()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var run = 0; run < 200; run++)
        {
            var (queues, held) = (random.Next(1, 20), new int[random.Next(1, 6)]);
            for (var i = 0; i < held.Length; i++)
            {
                held[i] = random.Next(0, queues - held.Sum() + 1);
            }

            for (var round = 0; round < 50; round++)
            {
                Step(queues, held, random.Next(held.Length));
            }

            for (var process = 0; process < held.Length * 3; process++)
            {
                Step(queues, held, process % held.Length);
            }

            held.Sum().ShouldBe(queues);
            (held.Max() - held.Min()).ShouldBeLessThanOrEqualTo(1);
        }
    }

    private static void Step(int queues, int[] held, int process)
    {
        var share = QueueShare.Of(queues, held[process], [.. held.Where((_, other) => other != process)]);
        share.Room.ShouldBeGreaterThanOrEqualTo(0);
        held[process] += Math.Min(share.Room, queues - held.Sum()) - share.Excess;
    }
}
