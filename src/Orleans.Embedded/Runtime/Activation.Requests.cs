using System.Diagnostics;
using Orleans.Storage;

namespace Orleans.Runtime;

/// <content>Which request may start when, and what happens when it ends.</content>
internal sealed partial class Activation
{
    private static readonly Action<object?> s_runTurn = static state =>
    {
        var request = (RequestBase)state!;
        request.Activation!.RunTurn(request);
    };

    private static readonly Action<Task, object?> s_finished = static (task, state) =>
    {
        var request = (RequestBase)state!;
        request.Activation!.Finish(request, task);
    };

    private RequestBase? _firstWaiting;
    private RequestBase? _lastWaiting;

    /// <summary>
    /// The request that keeps others out: the first that started and may not always interleave. None when it has ended, even if others
    /// that came in beside it still run.
    /// </summary>
    private RequestBase? _blocking;
    private int _running;
    private int _waiting;
    private int _waitingInterleaving;

    /// <summary>Something has changed since the queue was last looked through.</summary>
    private bool _lookAgain;

    internal int WaitingCount => _waiting;

    internal long IdleSince => _idleSince;

    internal bool IsBusy => _running != 0 || _waiting != 0;

    internal int Load => _running + _waiting;

    protected override bool MayHaveRequest => _lookAgain && _firstWaiting is not null && _state == ActivationState.Valid;

    /// <summary>Puts a request into the queue; false if the activation is gone.</summary>
    internal bool TryEnqueue(RequestBase request)
    {
        var schedule = false;
        request.Activation = this;
        lock (this)
        {
            if (_state == ActivationState.Invalid)
            {
                return false;
            }

            Append(request);
            if (_state == ActivationState.Valid && (_type.MayInterleave is not null || MayStart(request)))
            {
                _lookAgain = true;
                schedule = NeedsScheduling();
            }
        }

        if (schedule)
        {
            Schedule();
        }

        return true;
    }

    /// <summary>
    /// Runs the request's first turn on this thread, if nothing else runs or waits. Afterwards the answer is in the request or still to come.
    /// </summary>
    internal bool TryRunInline(RequestBase request)
    {
        lock (this)
        {
            if (_state != ActivationState.Valid || _running != 0 || _firstWaiting is not null || !TryHold())
            {
                return false;
            }

            CountRunning(request);
        }

        request.Activation = this;
        RunHere(request);
        return true;
    }

    void Core.Internal.ICallChainReentrantGrainContext.OnEnterReentrantSection(Guid reentrancyId)
    {
        lock (this)
        {
            var sections = Parts.ReentrantSections ??= [];
            sections[reentrancyId] = sections.GetValueOrDefault(reentrancyId) + 1;
            _lookAgain = true;
        }
    }

    void Core.Internal.ICallChainReentrantGrainContext.OnExitReentrantSection(Guid reentrancyId)
    {
        lock (this)
        {
            if (Parts.ReentrantSections is { } sections && sections.TryGetValue(reentrancyId, out var count))
            {
                if (count == 1)
                {
                    sections.Remove(reentrancyId);
                }
                else
                {
                    sections[reentrancyId] = count - 1;
                }
            }
        }
    }

    protected override IGrainContext? SetCurrent()
    {
        var caller = RuntimeContext.Current;
        RuntimeContext.Current = this;
        return caller;
    }

    protected override void ResetCurrent(IGrainContext? caller) => RuntimeContext.Current = caller;

    protected override RequestBase? TakeRequest()
    {
        if (!MayHaveRequest)
        {
            return null;
        }

        RequestBase? previous = null;
        RequestBase? next;
        for (var request = _firstWaiting; request is not null; request = next)
        {
            next = request.Next;
            if (request.IsAbandoned && Silo.DropExpiredRequests)
            {
                Remove(request, previous);
                continue;
            }

            bool may;
            try
            {
                may = MayStart(request) || MayInterleaveByPredicate(request);
            }
            catch (Exception exception)
            {
                Remove(request, previous);
                Log.PredicateFailed(Silo.Logger, exception, GrainId);
                Reject(request, exception);
                continue;
            }

            if (may)
            {
                Remove(request, previous);
                CountRunning(request);
                _lookAgain = OthersMayInterleave();
                return request;
            }

            previous = request;
        }

        _lookAgain = false;
        return null;
    }

    /// <summary>Runs the first turn of a request on a pool thread.</summary>
    protected override void RunRequest(RequestBase request)
    {
        var former = TurnContext.Enter(request.Context);
        new Task(s_runTurn, request).RunSynchronously(this);
        TurnContext.Leave(former);
    }

    /// <summary>Runs the first turn on the caller's thread, holding the scheduler already.</summary>
    private void RunHere(RequestBase request)
    {
        var caller = SetCurrent();
        RunRequest(request);
        ResetCurrent(caller);
        Release();
    }

    private void RunTurn(RequestBase request)
    {
        Task task;
        try
        {
            request.SetTarget(this);
            task = (_type.HasIncomingFilters ? Silo.Filters.InvokeIncoming(request, this) : request.Start())
                ?? throw new InvalidOperationException($"{request} of {_type.Class} returned null instead of a task.");
        }
        catch (Exception exception)
        {
            task = request.Fail(exception);
        }

        if (task.IsCompleted)
        {
            Finish(request, task);
        }
        else
        {
            task.ContinueWith(
                s_finished, request, CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.DenyChildAttach, this);
        }
    }

    /// <summary>Ends a request, in a turn of its own activation, so that the result is copied before anybody can change it.</summary>
    private void Finish(RequestBase request, Task task)
    {
        var failed = !task.IsCompletedSuccessfully;
        if (!failed)
        {
            try
            {
                task = request.CopyResult(task, request.Statistics.SharesResult);
            }
            catch (Exception exception)
            {
                failed = true;
                task = request.Fail(exception);
            }
        }
        else if (task.Exception?.InnerException is InconsistentStateException conflict)
        {
            Deactivate(new DeactivationReason(
                DeactivationReasonCode.ApplicationError, conflict, "The stored state is not the one that was read."));
        }

        request.Statistics.Count(Stopwatch.GetTimestamp() - request.SentAt, failed);
        CountEnd(request);
        Answer(request, task);
    }

    private void CountRunning(RequestBase request)
    {
        _running++;
        if (_blocking is null && !request.IsAlwaysInterleave)
        {
            _blocking = request;
        }
    }

    private void CountEnd(RequestBase request)
    {
        bool end;
        lock (this)
        {
            _running--;
            if (ReferenceEquals(_blocking, request))
            {
                _blocking = null;
            }

            if (request.IsKeepAlive)
            {
                _idleSince = Silo.Clock.Now;
            }

            _lookAgain = _firstWaiting is not null;
            end = _state == ActivationState.Deactivating && _running == 0;
        }

        if (end)
        {
            StartDeactivation();
        }
    }

    private static void Answer(RequestBase request, Task task)
    {
        switch (Interlocked.CompareExchange(ref request.Answer, task, null))
        {
            case null:
                // The caller is on this thread, or on its way to wait: it will find the task.
                return;
            case PendingCall caller:
                caller.Complete(task);
                break;
            default:
                if (task.Exception is { } lost)
                {
                    Log.OneWayFailed(request.GrainType!.Silo.Logger, lost.InnerException ?? lost, request);
                }

                break;
        }

        request.Recycle();
    }

    private void Reject(RequestBase request, Exception exception) => Answer(request, request.Fail(exception));

    /// <summary>The rule of Orleans, without the predicate of the class. Called under the lock.</summary>
    private bool MayStart(RequestBase incoming) =>
        _running == 0
        || incoming.IsAlwaysInterleave
        || _blocking is null
        || (_blocking.IsReadOnly && incoming.IsReadOnly)
        || IsInReentrantSection(incoming)
        || _type.IsReentrant;

    private bool MayInterleaveByPredicate(RequestBase incoming) =>
        _type.MayInterleave is { } predicate && (predicate(_instance!, incoming) || predicate(_instance!, _blocking!));

    private bool IsInReentrantSection(RequestBase incoming) =>
        _parts?.ReentrantSections is { Count: > 0 } sections
        && RequestContext.ReentrancyIdOf(incoming.Context) is var id
        && id != Guid.Empty
        && sections.ContainsKey(id);

    /// <summary>
    /// Whether looking further through the queue can find anything beside what runs now. Mostly it cannot, and a long queue is not
    /// looked through again for every request that starts.
    /// </summary>
    private bool OthersMayInterleave() =>
        _firstWaiting is not null
        && (_blocking is null || _waitingInterleaving != 0 || _type.IsReentrant || _type.MayInterleave is not null || _blocking.IsReadOnly
            || _parts?.ReentrantSections is { Count: > 0 });

    private void Append(RequestBase request)
    {
        request.Next = null;
        if (_lastWaiting is null)
        {
            _firstWaiting = request;
        }
        else
        {
            _lastWaiting.Next = request;
        }

        _lastWaiting = request;
        _waiting++;
        if (request.IsAlwaysInterleave)
        {
            _waitingInterleaving++;
        }
    }

    private void Remove(RequestBase request, RequestBase? previous)
    {
        if (previous is null)
        {
            _firstWaiting = request.Next;
        }
        else
        {
            previous.Next = request.Next;
        }

        if (ReferenceEquals(_lastWaiting, request))
        {
            _lastWaiting = previous;
        }

        _waiting--;
        if (request.IsAlwaysInterleave)
        {
            _waitingInterleaving--;
        }
    }
}
