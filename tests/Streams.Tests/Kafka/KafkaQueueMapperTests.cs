using Orleans.Runtime;
using Switchboard.Streams.Kafka;
using Switchboard.Streams.Partitioning;

namespace Switchboard.Streams.Tests.Kafka;

/// <summary>Shares nothing.</summary>
public sealed class KafkaQueueMapperTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public void A_stream_is_read_from_the_partition_that_its_events_are_published_to(int partitions)
    {
        var mapper = new KafkaQueueMapper("t", partitions);
        for (var at = 0; at < 500; at++)
        {
            var key = GrainKeys.Of(Guid.NewGuid(), Guid.NewGuid());
            foreach (var flavor in new[] { "timeline", "größer" })
            {
                var queue = mapper.GetQueueForStream(StreamId.Create(flavor, key));
                KafkaQueueMapper.PartitionOf(queue).ShouldBe(StreamPartition.Of(key, partitions));
                mapper.GetAllQueues().ShouldContain(queue);
            }
        }
    }

    [Fact]
    public void There_is_a_queue_for_each_partition() =>
        new KafkaQueueMapper("t", 12).GetAllQueues().Select(KafkaQueueMapper.PartitionOf).ShouldBe(Enumerable.Range(0, 12));
}
