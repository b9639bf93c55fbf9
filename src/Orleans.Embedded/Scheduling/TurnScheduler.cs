using System.Diagnostics;

namespace Orleans.Runtime;

/// <summary>
/// Runs the turns of one activation, one at a time: pieces of work are queued, and whoever holds the scheduler — a pool thread, or a
/// caller that found it idle — runs them until none is left. Being a <see cref="TaskScheduler"/>, it also gets what grain code awaits.
/// The object is its own lock and its own work item, because there is one for each activation and memory counts.
/// </summary>
internal abstract class TurnScheduler : TaskScheduler, IThreadPoolWorkItem
{
    private object? _tasks;
    private Phase _phase;

    /// <summary>Starts out held by the thread that creates it.</summary>
    protected TurnScheduler() => _phase = Phase.Running;

    private enum Phase : byte
    {
        /// <summary>Nobody holds it and there is nothing to do.</summary>
        Idle,

        /// <summary>A pool thread will take it.</summary>
        Scheduled,

        /// <summary>A thread holds it.</summary>
        Running,
    }

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    protected abstract TimeSpan Quantum { get; }

    /// <summary>Whether a turn of it runs on this thread.</summary>
    protected abstract bool IsCurrent { get; }

    /// <summary>Whether <see cref="TakeRequest"/> may find something. Called under the lock.</summary>
    protected abstract bool MayHaveRequest { get; }

    void IThreadPoolWorkItem.Execute()
    {
        _phase = Phase.Running;
        var caller = SetCurrent();
        var began = Stopwatch.GetTimestamp();
        while (RunOnePiece())
        {
            if (Stopwatch.GetElapsedTime(began) > Quantum)
            {
                ResetCurrent(caller);
                Release();
                return;
            }
        }

        ResetCurrent(caller);
    }

    /// <summary>Takes the scheduler if nobody holds it. Called under the lock; end with <see cref="Release"/>.</summary>
    protected bool TryHold()
    {
        if (_phase != Phase.Idle)
        {
            return false;
        }

        _phase = Phase.Running;
        return true;
    }

    /// <summary>Lets go of the scheduler, or hands it to the pool if work came in.</summary>
    protected void Release()
    {
        lock (this)
        {
            if (_tasks is null && !MayHaveRequest)
            {
                _phase = Phase.Idle;
                return;
            }

            _phase = Phase.Scheduled;
        }

        Schedule();
    }

    /// <summary>Asks for a pool thread if nobody holds the scheduler. Called under the lock; true: call <see cref="Schedule"/> after it.</summary>
    protected bool NeedsScheduling()
    {
        if (_phase != Phase.Idle)
        {
            return false;
        }

        _phase = Phase.Scheduled;
        return true;
    }

    /// <summary>
    /// Asks for a pool thread. Not by the local queue of this thread: that is last in, first out, so that on a busy machine newer work
    /// would keep an activation waiting without end.
    /// </summary>
    protected void Schedule() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>The next request that may start, counted as running. Called under the lock.</summary>
    protected abstract RequestBase? TakeRequest();

    /// <summary>Runs the first turn of a request.</summary>
    protected abstract void RunRequest(RequestBase request);

    /// <summary>Marks this thread as running turns; gives what to restore.</summary>
    protected abstract IGrainContext? SetCurrent();

    protected abstract void ResetCurrent(IGrainContext? caller);

    protected override void QueueTask(Task task)
    {
        bool schedule;
        lock (this)
        {
            switch (_tasks)
            {
                case null:
                    _tasks = task;
                    break;
                case Queue<Task> queue:
                    queue.Enqueue(task);
                    break;
                default:
                    var both = new Queue<Task>(4);
                    both.Enqueue((Task)_tasks);
                    both.Enqueue(task);
                    _tasks = both;
                    break;
            }

            schedule = NeedsScheduling();
        }

        if (schedule)
        {
            Schedule();
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && IsCurrent && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (this)
        {
            return _tasks switch
            {
                null => [],
                Queue<Task> queue => queue.ToArray(),
                _ => [(Task)_tasks],
            };
        }
    }

    /// <summary>Runs a request and a task, so that neither kind can starve the other; false if there was nothing and it is idle now.</summary>
    private bool RunOnePiece()
    {
        RequestBase? request;
        Task? task;
        lock (this)
        {
            request = TakeRequest();
            task = TakeTask();
            if (request is null && task is null)
            {
                _phase = Phase.Idle;
                return false;
            }
        }

        if (request is not null)
        {
            RunRequest(request);
        }

        if (task is not null)
        {
            TryExecuteTask(task);
        }

        return true;
    }

    private Task? TakeTask()
    {
        switch (_tasks)
        {
            case null:
                return null;
            case Queue<Task> queue:
                var task = queue.Dequeue();
                if (queue.Count == 0)
                {
                    // An idle activation should not keep the queue of its busiest moment.
                    _tasks = null;
                }

                return task;
            default:
                var only = (Task)_tasks;
                _tasks = null;
                return only;
        }
    }
}
