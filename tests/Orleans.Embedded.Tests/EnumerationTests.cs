using System.Runtime.CompilerServices;
using Orleans.Runtime;

namespace Orleans.Embedded.Tests;

public interface ISequenceGrain : IGrainWithStringKey
{
    IAsyncEnumerable<int> Count(int to, int failAt, string? gate, CancellationToken cancellationToken = default);

    Task<int> Answer();
}

public sealed class SequenceGrain : Grain, ISequenceGrain
{
    public async IAsyncEnumerable<int> Count(
        int to, int failAt, string? gate, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            for (var i = 1; i <= to; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (i == failAt)
                {
                    throw new CustomFailure($"at {i}");
                }

                if (i % 10 == 0)
                {
                    await Task.Yield();
                }

                if (gate is not null && i == 3)
                {
                    await Gates.PassAsync(gate).WaitAsync(cancellationToken);
                }

                yield return i;
            }
        }
        finally
        {
            if (gate is not null)
            {
                Journal.Write(gate, "ended");
            }
        }
    }

    public Task<int> Answer() => Task.FromResult(42);
}

public class EnumerationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sequence_comes_whole_and_in_order_whatever_the_batch_size()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<ISequenceGrain>("a");

        (await Collect(grain.Count(250, -1, null, Token), Token)).ShouldBe(Enumerable.Range(1, 250));
        (await Collect(grain.Count(25, -1, null, Token).WithBatchSize(3), Token)).ShouldBe(Enumerable.Range(1, 25));
        (await Collect(grain.Count(0, -1, null, Token), Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_failure_comes_after_the_elements_before_it()
    {
        await using var silo = await TestSilo.StartAsync();
        var seen = new List<int>();

        var failure = await Should.ThrowAsync<CustomFailure>(async () =>
        {
            await foreach (var i in silo.Client.GetGrain<ISequenceGrain>("a").Count(10, 4, null, Token))
            {
                seen.Add(i);
            }
        });

        failure.Message.ShouldBe("at 4");
        seen.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task A_sequence_that_waits_keeps_neither_the_grain_nor_the_call_waiting()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartAsync(time: time);
        var grain = silo.Client.GetGrain<ISequenceGrain>("a");
        var gate = Gates.NewName();
        var all = Collect(grain.Count(5, -1, gate, Token), Token);
        await Gates.ArrivedAsync(gate);

        (await grain.Answer()).ShouldBe(42);
        for (var i = 0; i < 5; i++)
        {
            // More than the response time-out in all: heartbeats keep the enumeration alive.
            await time.ArmedAsync(TimeSpan.FromSeconds(10));
            time.Advance(TimeSpan.FromSeconds(10));
        }

        Gates.Open(gate);
        (await all).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task Leaving_an_enumeration_ends_it_in_the_grain()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<ISequenceGrain>("a");
        var gate = Gates.NewName();
        Gates.Open(gate);

        await foreach (var i in grain.Count(1000, -1, gate, Token).WithBatchSize(5))
        {
            if (i == 7)
            {
                break;
            }
        }

        Journal.Read(gate).ShouldBe(["ended"]);
    }

    [Fact]
    public async Task Cancelling_an_enumeration_ends_it_on_both_sides()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<ISequenceGrain>("a");
        var gate = Gates.NewName();
        using var source = new CancellationTokenSource();
        var all = Collect(grain.Count(5, -1, gate, Token), source.Token);
        await Gates.ArrivedAsync(gate);

        await source.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => all);
        Journal.Read(gate).ShouldBe(["ended"]);
    }

    [Fact]
    public async Task Deactivation_aborts_an_enumeration()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<ISequenceGrain>("a");
        await using var enumerator = grain.Count(20, -1, null, Token).WithBatchSize(2).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        (await enumerator.MoveNextAsync()).ShouldBeTrue();
        (await enumerator.MoveNextAsync()).ShouldBeTrue();

        await silo.Cluster.DeactivateAsync(grain);

        await Should.ThrowAsync<EnumerationAbortedException>(async () => await enumerator.MoveNextAsync());
    }

    private static async Task<List<int>> Collect(IAsyncEnumerable<int> sequence, CancellationToken cancellationToken)
    {
        var all = new List<int>();
        await foreach (var item in sequence.WithCancellation(cancellationToken))
        {
            all.Add(item);
        }

        return all;
    }
}
