using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>All callers that wait, so that those whose time is up can be told. Looked through once a second, as Orleans does.</summary>
internal sealed class PendingCalls(TimeProvider time, SiloMetrics metrics) : IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    private readonly Stripe[] _stripes = CreateStripes();
    private ITimer? _timer;

    internal bool CancelCalleeOnTimeout { get; set; } = true;

    public void Dispose() => _timer?.Dispose();

    internal void Start(MessagingOptions options)
    {
        CancelCalleeOnTimeout = options.CancelRequestOnTimeout;
        _timer = time.CreateTimer(static state => ((PendingCalls)state!).Sweep(), this, s_period, s_period);
    }

    internal void Add(PendingCall call) => _stripes[Thread.GetCurrentProcessorId() & (_stripes.Length - 1)].Add(call);

    /// <summary>Fails everybody who waits.</summary>
    internal void FailAll(Func<PendingCall, Exception> failure)
    {
        foreach (var call in _stripes.SelectMany(s => s.TakeWhere(static (_, _) => true, 0)))
        {
            call.TryFail(failure(call), cancelCallee: true);
        }
    }

    private static Stripe[] CreateStripes()
    {
        var stripes = new Stripe[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount)];
        for (var i = 0; i < stripes.Length; i++)
        {
            stripes[i] = new Stripe();
        }

        return stripes;
    }

    private void Sweep()
    {
        var now = time.GetTimestamp();
        foreach (var call in _stripes.SelectMany(s => s.TakeWhere(static (c, now) => c.Deadline <= now, now)))
        {
            if (call.TryFail(new TimeoutException(Describe(call)), CancelCalleeOnTimeout))
            {
                metrics.RequestTimedOut(call.Method.Owner);
            }
        }
    }

    private static string Describe(PendingCall call)
    {
        var timeout = call.Method.Timeout ?? call.Method.Owner.Silo.ResponseTimeout;
        return $"No response from {call.Method.Owner.GrainType} to {call.Method.InterfaceName}.{call.Method.MethodName} within {timeout:c}. "
            + "The grain may still be busy with it, or a call chain waits for itself; see [ResponseTimeout], "
            + "SiloMessagingOptions.ResponseTimeout and RequestContext.AllowCallChainReentrancy().";
    }

    /// <summary>A linked list with its lock.</summary>
    internal sealed class Stripe
    {
        private readonly Lock _lock = new();
        private PendingCall? _first;

        internal void Add(PendingCall call)
        {
            lock (_lock)
            {
                call.Stripe = this;
                call.NextPending = _first;
                if (_first is not null)
                {
                    _first.Previous = call;
                }

                _first = call;
            }
        }

        internal void Remove(PendingCall call)
        {
            lock (_lock)
            {
                if (call.Stripe is null)
                {
                    return;
                }

                if (call.Previous is null)
                {
                    _first = call.NextPending;
                }
                else
                {
                    call.Previous.NextPending = call.NextPending;
                }

                if (call.NextPending is not null)
                {
                    call.NextPending.Previous = call.Previous;
                }

                call.Stripe = null;
                call.Previous = call.NextPending = null;
            }
        }

        internal List<PendingCall> TakeWhere<TState>(Func<PendingCall, TState, bool> predicate, TState state)
        {
            var taken = new List<PendingCall>();
            lock (_lock)
            {
                for (var call = _first; call is not null; call = call.NextPending)
                {
                    if (predicate(call, state))
                    {
                        taken.Add(call);
                    }
                }
            }

            return taken;
        }
    }
}
