using System.Collections.Concurrent;

namespace Switchboard.Testing.InMemory;

/// <summary>What goes wrong with an append.</summary>
public enum StoreFault
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The store fails before anything is written.</summary>
    BeforeCommit = 1,

    /// <summary>Everything is written, but the caller gets an error: the outcome is unknown to it.</summary>
    AfterCommit = 2,

    /// <summary>Somebody else appended first: the caller gets a version conflict, though nothing was written.</summary>
    Conflict = 3,
}

/// <summary>Decides which appends fail: those that were ordered, then by chance if a chance was set.</summary>
public sealed class StoreFaults
{
    private readonly ConcurrentQueue<StoreFault> _ordered = new();
    private readonly Lock _lock = new();
    private Random? _random;
    private double _probability;

    /// <summary>True makes every call fail, reads too, as when the database is gone.</summary>
    public bool Down { get; set; }

    /// <summary>Orders a fault for one of the next appends, in the order of the calls; <see cref="StoreFault.None"/> lets one pass.</summary>
    public void Next(StoreFault fault) => _ordered.Enqueue(fault);

    /// <summary>
    /// From now on a share of the appends fails: conflict, before and after the commit as 1 : 2 : 2. Print the seed in the test's output.
    /// </summary>
    public void AtRandom(double probability, int seed)
    {
        lock (_lock)
        {
            (_probability, _random) = (probability, new Random(seed));
        }
    }

    internal StoreFault Take()
    {
        if (_ordered.TryDequeue(out var fault))
        {
            return fault;
        }

        lock (_lock)
        {
            if (_random is null || _random.NextDouble() >= _probability)
            {
                return StoreFault.None;
            }

            return _random.Next(5) switch
            {
                0 => StoreFault.Conflict,
                1 or 2 => StoreFault.BeforeCommit,
                _ => StoreFault.AfterCommit,
            };
        }
    }
}
