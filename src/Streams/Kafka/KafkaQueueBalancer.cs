using System.Collections.Concurrent;
using Orleans.Streams;

namespace Switchboard.Streams.Kafka;

/// <summary>
/// Every process wants every partition, and leases decide who reads which. A partition that a topic gets while the process runs is wanted
/// as soon as it is seen.
/// </summary>
internal sealed class KafkaQueueBalancer(KafkaTopology topology) : IStreamQueueBalancer
{
    private readonly ConcurrentDictionary<IStreamQueueBalanceListener, byte> _listeners = new();
    private KafkaQueueMapper? _mapper;

    public async Task Initialize(IStreamQueueMapper queueMapper)
    {
        _mapper = (KafkaQueueMapper)queueMapper;
        topology.Grown += Grow;
        _mapper.Grow(await topology.SeenAsync(_mapper.Topic, CancellationToken.None));
    }

    public Task Shutdown()
    {
        topology.Grown -= Grow;
        return Task.CompletedTask;
    }

    public IEnumerable<QueueId> GetMyQueues() => _mapper?.GetAllQueues() ?? [];

    public bool SubscribeToQueueDistributionChangeEvents(IStreamQueueBalanceListener observer) => _listeners.TryAdd(observer, 0);

    public bool UnSubscribeFromQueueDistributionChangeEvents(IStreamQueueBalanceListener observer) => _listeners.TryRemove(observer, out _);

    private void Grow(string topic, int partitions)
    {
        if (_mapper is { } mapper && mapper.Topic == topic && mapper.Grow(partitions))
        {
            foreach (var listener in _listeners.Keys)
            {
                // The agents start by themselves; one that cannot says so, and the others are not to wait for it.
                _ = listener.QueueDistributionChangeNotification();
            }
        }
    }
}
