using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Orleans.Runtime;

/// <summary>What is known about the methods of one grain class.</summary>
internal sealed class GrainTypeStatistics(GrainTypeContext owner)
{
    private readonly ConcurrentDictionary<Type, MethodStatistics> _methods = new();

    internal ICollection<MethodStatistics> Methods => _methods.Values;

    internal MethodStatistics Of(RequestBase request) =>
        _methods.TryGetValue(request.GetType(), out var known)
            ? known
            : _methods.GetOrAdd(request.GetType(), static (_, s) => new MethodStatistics(s.owner, s.request), (owner, request));
}

/// <summary>
/// Calls, failures and time of one method of one grain class. Counters are striped by processor, so that callers on different
/// processors do not fight over a cache line.
/// </summary>
internal sealed class MethodStatistics
{
    /// <summary>A method whose synchronous part took longer runs on the pool, where it does not hold up its caller.</summary>
    private static readonly long s_inlineLimit = Stopwatch.Frequency / 10_000;

    private static readonly int s_mask = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount) - 1;
    private readonly Cell[] _cells = new Cell[s_mask + 1];
    private int _inlinePenalty;

    internal MethodStatistics(GrainTypeContext owner, RequestBase request)
    {
        Owner = owner;
        MethodName = request.GetMethodName();
        InterfaceName = request.GetInterfaceName();
        Timeout = request.GetDefaultResponseTimeout();
        SharesResult = request.GetMethod() is { } method
            && method.ReturnParameter.GetCustomAttribute<ImmutableAttribute>() is not null;
    }

    internal GrainTypeContext Owner { get; }

    internal string MethodName { get; }

    internal string InterfaceName { get; }

    /// <summary>The method's own time-out, or null for the default.</summary>
    internal TimeSpan? Timeout { get; }

    /// <summary>Whether the result is promised not to change.</summary>
    internal bool SharesResult { get; }

    internal MethodTotals Totals
    {
        get
        {
            long calls = 0, failures = 0, ticks = 0;
            foreach (ref readonly var cell in _cells.AsSpan())
            {
                calls += Volatile.Read(in cell.Calls);
                failures += Volatile.Read(in cell.Failures);
                ticks += Volatile.Read(in cell.Ticks);
            }

            return new MethodTotals(calls, failures, TimeSpan.FromSeconds(ticks / (double)Stopwatch.Frequency));
        }
    }

    /// <summary>Whether the next call may run on its caller's thread.</summary>
    internal bool MayRunInline()
    {
        if (_inlinePenalty == 0)
        {
            return true;
        }

        // Lost updates only lengthen or shorten the penalty a little.
        _inlinePenalty--;
        return false;
    }

    internal void RanInline(long ticks)
    {
        if (ticks > s_inlineLimit)
        {
            _inlinePenalty = 32;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Count(long ticks, bool failed)
    {
        ref var cell = ref _cells[Thread.GetCurrentProcessorId() & s_mask];
        Interlocked.Increment(ref cell.Calls);
        Interlocked.Add(ref cell.Ticks, ticks);
        if (failed)
        {
            Interlocked.Increment(ref cell.Failures);
        }
    }

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Cell
    {
        [FieldOffset(0)]
        public long Calls;

        [FieldOffset(8)]
        public long Ticks;

        [FieldOffset(16)]
        public long Failures;
    }
}

/// <summary>Totals of a method since the silo started.</summary>
/// <param name="Calls">Finished calls.</param>
/// <param name="Failures">Those that threw.</param>
/// <param name="Elapsed">Time from sending to the end, summed.</param>
internal readonly record struct MethodTotals(long Calls, long Failures, TimeSpan Elapsed);
