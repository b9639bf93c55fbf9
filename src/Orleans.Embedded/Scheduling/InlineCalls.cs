using System.Runtime.CompilerServices;

namespace Orleans.Runtime;

/// <summary>
/// Decides whether a call may run on its caller's thread. The callee's turn is a turn like any other — it holds the callee's scheduler
/// and has its own execution context — so what is at stake here is only the caller: its stack, its synchronization context, and that it
/// lets others run now and then.
/// </summary>
internal static class InlineCalls
{
    /// <summary>Calls nested in one another on one thread.</summary>
    private const int MaxDepth = 12;

    /// <summary>Calls in a row that complete without the caller ever giving up its turn.</summary>
    private const int MaxInARow = 256;

    [ThreadStatic]
    private static int t_depth;

    [ThreadStatic]
    private static int t_inARow;

    /// <summary>True: the call may run here; end with <see cref="Leave"/>.</summary>
    internal static bool TryEnter(MethodStatistics method)
    {
        if (t_depth >= MaxDepth
            || !method.MayRunInline()
            || SynchronizationContext.Current is not null
            || ExecutionContext.IsFlowSuppressed()
            || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return false;
        }

        if (++t_inARow > MaxInARow)
        {
            t_inARow = 0;
            return false;
        }

        t_depth++;
        return true;
    }

    internal static void Leave() => t_depth--;
}

/// <summary>
/// The execution context of a turn: it holds the request context and nothing else of the caller's, as if the call had come from
/// another machine.
/// </summary>
internal static class TurnContext
{
    private static readonly ExecutionContext s_empty = CaptureEmpty();

    [ThreadStatic]
    private static Dictionary<string, object>? t_lastValues;

    [ThreadStatic]
    private static ExecutionContext? t_lastContext;

    /// <summary>Replaces this thread's context; gives the former one for <see cref="Leave"/>, or null if nothing had to change.</summary>
    internal static ExecutionContext? Enter(Dictionary<string, object>? values)
    {
        var caller = ExecutionContext.Capture()!;
        if (values is null)
        {
            if (ReferenceEquals(caller, s_empty))
            {
                return null;
            }

            ExecutionContext.Restore(s_empty);
            return caller;
        }

        if (!ReferenceEquals(values, t_lastValues))
        {
            ExecutionContext.Restore(s_empty);
            RequestContext.CurrentValues = values;
            t_lastContext = ExecutionContext.Capture();
            t_lastValues = values;
            return caller;
        }

        ExecutionContext.Restore(t_lastContext!);
        return caller;
    }

    internal static void Leave(ExecutionContext? caller)
    {
        if (caller is not null)
        {
            ExecutionContext.Restore(caller);
        }
    }

    private static ExecutionContext CaptureEmpty()
    {
        ExecutionContext? empty = null;
        var thread = new Thread(() => empty = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return empty!;
    }
}
