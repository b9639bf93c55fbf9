namespace Orleans.Streams;

/// <summary>Decides which queues are this silo's.</summary>
public interface IStreamQueueBalancer
{
    /// <summary>Begins.</summary>
    Task Initialize(IStreamQueueMapper queueMapper);

    /// <summary>Ends.</summary>
    Task Shutdown();

    /// <summary>The queues that are this silo's now.</summary>
    IEnumerable<QueueId> GetMyQueues();

    /// <summary>Has the listener told of changes; false if it is told already.</summary>
    bool SubscribeToQueueDistributionChangeEvents(IStreamQueueBalanceListener observer);

    /// <summary>Has the listener no longer told; false if it was not.</summary>
    bool UnSubscribeFromQueueDistributionChangeEvents(IStreamQueueBalanceListener observer);
}

/// <summary>Is told when queues come to this silo or leave it.</summary>
public interface IStreamQueueBalanceListener
{
    /// <summary>The queues of this silo have changed; the task ends when their agents have been started and stopped.</summary>
    Task QueueDistributionChangeNotification();
}

/// <summary>All queues are this silo's, because there is no other.</summary>
internal sealed class WholeRingBalancer : IStreamQueueBalancer
{
    private IEnumerable<QueueId> _queues = [];

    public Task Initialize(IStreamQueueMapper queueMapper)
    {
        _queues = queueMapper is IConsistentRingStreamQueueMapper ring
            ? ring.GetQueuesForRange(Runtime.FullRange.Instance)
            : queueMapper.GetAllQueues();
        return Task.CompletedTask;
    }

    public Task Shutdown() => Task.CompletedTask;

    public IEnumerable<QueueId> GetMyQueues() => _queues;

    public bool SubscribeToQueueDistributionChangeEvents(IStreamQueueBalanceListener observer) => true;

    public bool UnSubscribeFromQueueDistributionChangeEvents(IStreamQueueBalanceListener observer) => true;
}
