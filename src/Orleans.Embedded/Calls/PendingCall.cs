namespace Orleans.Runtime;

/// <summary>A caller that waits for an answer.</summary>
internal abstract class PendingCall
{
    private RequestBase? _request;
    private CancellationTokenRegistration _registration;
    private int _finished;

    protected PendingCall(RequestBase request, long deadline)
    {
        Deadline = deadline;
        Method = request.Statistics;

        // Only a request that is never reused may be touched after its end.
        _request = request.IsCancellable ? request : null;
    }

    /// <summary>When it times out, as a timestamp of the clock.</summary>
    internal long Deadline { get; }

    internal MethodStatistics Method { get; }

    internal bool IsFinished => Volatile.Read(ref _finished) != 0;

    /// <summary>Links of <see cref="PendingCalls"/>.</summary>
    internal PendingCall? Previous { get; set; }

    internal PendingCall? NextPending { get; set; }

    internal PendingCalls.Stripe? Stripe { get; set; }

    internal abstract Task Promise { get; }

    /// <summary>Takes over the outcome of the callee's task.</summary>
    internal void Complete(Task finished)
    {
        if (TryFinish())
        {
            SetFrom(finished);
        }
    }

    internal bool TryFail(Exception exception, bool cancelCallee)
    {
        var request = _request;
        if (!TryFinish())
        {
            return false;
        }

        SetException(exception);
        if (cancelCallee)
        {
            request?.TryCancel();
        }

        return true;
    }

    /// <summary>Cancelling the caller's token ends the call for the caller at once, and cancels the callee's token.</summary>
    internal void CancelWith(CancellationToken token)
    {
        if (token.CanBeCanceled)
        {
            _registration = token.UnsafeRegister(static (state, token) => ((PendingCall)state!).Cancel(token), this);
            if (IsFinished)
            {
                _registration.Dispose();
            }
        }
    }

    protected abstract void SetFrom(Task finished);

    protected abstract void SetException(Exception exception);

    protected abstract void SetCanceled(CancellationToken token);

    private void Cancel(CancellationToken token)
    {
        var request = _request;
        if (TryFinish())
        {
            Method.Owner.Silo.Metrics.RequestCanceled(Method.Owner);
            SetCanceled(token);
            request?.TryCancel();
        }
    }

    private bool TryFinish()
    {
        if (Interlocked.Exchange(ref _finished, 1) != 0)
        {
            return false;
        }

        Stripe?.Remove(this);
        _registration.Unregister();
        _request = null;
        return true;
    }
}

/// <summary>
/// A caller that waits for a result. Its continuations never run inside the callee's turn: they go to the caller's scheduler, or the pool.
/// </summary>
/// <typeparam name="T">The result.</typeparam>
internal sealed class PendingCall<T>(RequestBase request, long deadline) : PendingCall(request, deadline)
{
    private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal override Task Promise => _source.Task;

    protected override void SetFrom(Task finished)
    {
        if (finished is Task<T> typed)
        {
            _source.TrySetFromTask(typed);
        }
        else if (finished.IsCompletedSuccessfully)
        {
            _source.TrySetResult(default!);
        }
        else if (finished.IsFaulted)
        {
            _source.TrySetException(finished.Exception!.InnerExceptions);
        }
        else
        {
            _source.TrySetCanceled(new TaskCanceledException(finished).CancellationToken);
        }
    }

    protected override void SetException(Exception exception) => _source.TrySetException(exception);

    protected override void SetCanceled(CancellationToken token) => _source.TrySetCanceled(token);
}
