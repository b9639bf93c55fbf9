using System.Collections.Concurrent;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Orleans.Embedded.Tests;

public interface IStressGrain : IGrainWithIntegerKey
{
    Task<long> Work(int seed, int depth);

    [AlwaysInterleave]
    Task<long> Peek(int seed);

    [ReadOnly]
    Task<long> Read(int seed);

    [OneWay]
    Task Tell();

    Task Leave();
}

/// <summary>Notices if two turns run at once, if two activations of one grain live at once, or if a plain request is interrupted by another.</summary>
public sealed class StressGrain : Grain, IStressGrain
{
    internal const int Grains = 40;

    private static readonly ConcurrentDictionary<long, Guid> s_alive = new();
    private static long s_calls;
    private static long s_told;

    private readonly Guid _incarnation = Guid.NewGuid();
    private int _turn;
    private int _plain;
    private long _count;

    internal static ConcurrentQueue<string> Violations { get; } = new();

    internal static long Calls => Interlocked.Read(ref s_calls);

    internal static long Told => Interlocked.Read(ref s_told);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (!s_alive.TryAdd(this.GetPrimaryKeyLong(), _incarnation))
        {
            Violations.Enqueue($"second activation of {this.GetGrainId()}");
        }

        if (_incarnation.GetHashCode() % 2 == 0)
        {
            await Task.Yield();
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_plain != 0)
        {
            Violations.Enqueue($"{this.GetGrainId()} is deactivated while a request runs");
        }

        await Task.Yield();
        s_alive.TryRemove(new KeyValuePair<long, Guid>(this.GetPrimaryKeyLong(), _incarnation));
    }

    public async Task<long> Work(int seed, int depth)
    {
        Interlocked.Increment(ref s_calls);
        if (++_plain != 1)
        {
            // Only a call chain that was let in may come in between.
            if (RequestContext.ReentrancyId == Guid.Empty)
            {
                Violations.Enqueue($"two plain requests of {this.GetGrainId()} at once");
            }
        }

        try
        {
            return await WorkInTurns(seed, depth);
        }
        finally
        {
            _plain--;
        }
    }

    public async Task<long> Peek(int seed)
    {
        Interlocked.Increment(ref s_calls);
        if (seed % 3 == 0)
        {
            await Task.Yield();
        }

        return Turn(() => _count);
    }

    public async Task<long> Read(int seed)
    {
        Interlocked.Increment(ref s_calls);
        if (seed % 2 == 0)
        {
            await Task.Yield();
        }

        return Turn(() => _count);
    }

    public Task Tell()
    {
        Turn(() => Interlocked.Increment(ref s_told));
        return Task.CompletedTask;
    }

    public Task Leave()
    {
        Interlocked.Increment(ref s_calls);
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private async Task<long> WorkInTurns(int seed, int depth)
    {
        var random = new Random(seed);
        Turn(() => _count++);
        if (random.Next(3) == 0)
        {
            await Task.Yield();
            Turn(() => _count++);
        }

        if (depth > 0 && random.Next(2) == 0)
        {
            using (RequestContext.AllowCallChainReentrancy())
            {
                // Upward only, or back to itself: chains cannot wait for each other in a circle.
                var key = this.GetPrimaryKeyLong();
                var next = random.Next(4) == 0 ? key : Math.Min(Grains - 1, key + random.Next(1, 4));
                await GrainFactory.GetGrain<IStressGrain>(next).Work(random.Next(), depth - 1);
            }

            Turn(() => _count++);
        }

        return _count;
    }

    /// <summary>Code without an await: nobody else of this activation may be in it.</summary>
    private long Turn(Func<long> action)
    {
        if (Interlocked.Increment(ref _turn) != 1)
        {
            Violations.Enqueue($"two turns of {this.GetGrainId()} at once");
        }

        if (!ReferenceEquals(TaskScheduler.Current, GrainContext.Scheduler))
        {
            Violations.Enqueue($"a turn of {this.GetGrainId()} outside of its scheduler");
        }

        var result = action();
        Thread.SpinWait(20);
        Interlocked.Decrement(ref _turn);
        return result;
    }
}

public class StressTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Many_callers_never_see_two_turns_two_activations_or_a_lost_call()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await using var silo = await TestSilo.StartAsync();
        var (callsBefore, toldBefore) = (StressGrain.Calls, StressGrain.Told);
        var told = 0L;
        var callers = Enumerable.Range(0, 24).Select(n => Task.Run(async () =>
        {
            var random = new Random(seed + n);
            for (var i = 0; i < 1_500; i++)
            {
                var grain = silo.Client.GetGrain<IStressGrain>(random.Next(StressGrain.Grains));
                switch (random.Next(12))
                {
                    case 0:
                        await grain.Leave();
                        break;
                    case 1:
                        Interlocked.Increment(ref told);
                        await grain.Tell();
                        break;
                    case 2 or 3:
                        await grain.Peek(random.Next());
                        break;
                    case 4 or 5:
                        await Task.WhenAll(grain.Read(random.Next()), grain.Read(random.Next()), grain.Peek(random.Next()));
                        break;
                    case 6:
                        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => grain.Work(random.Next(), 1)).ToArray());
                        break;
                    default:
                        await grain.Work(random.Next(), 3);
                        break;
                }
            }
        }, TestContext.Current.CancellationToken)).ToArray();
        await Task.WhenAll(callers).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);

        // One-way calls may be under way yet. Calls to their grains let them come first, until all have been counted.
        for (var round = 0; StressGrain.Told - toldBefore != told && round < 10_000; round++)
        {
            await silo.Client.GetGrain<IStressGrain>(round % StressGrain.Grains).Work(round, 0);
        }

        await silo.Cluster.StopAllSilosAsync();
        StressGrain.Violations.ShouldBeEmpty($"seed {seed}");
        (StressGrain.Told - toldBefore).ShouldBe(told, $"seed {seed}");
        (StressGrain.Calls - callsBefore).ShouldBeGreaterThan(24 * 1_000);
    }
}
