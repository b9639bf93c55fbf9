using System.Text;
using Switchboard.Streams.Partitioning;

namespace Switchboard.Streams.Tests.Partitioning;

public sealed class StreamPartitionTests
{
    /// <summary>The vectors of Apache Kafka's own test of its hash (UtilsTest.testMurmur2).</summary>
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void The_hash_is_that_of_Kafkas_clients(string key, int hash) =>
        unchecked((int)StreamPartition.Murmur2(Encoding.UTF8.GetBytes(key))).ShouldBe(hash);

    [Theory]
    [InlineData("0198c3c4000070008000000000000001/0198c3c4000070008000000000000010", 4, 1)]
    [InlineData("0198c3c4000070008000000000000001/0198c3c4000070008000000000000011", 4, 0)]
    [InlineData("0198c3c4000070008000000000000001/0198c3c4000070008000000000000012", 4, 0)]
    [InlineData("0198c3c4000070008000000000000001/0198c3c4000070008000000000000010", 12, 9)]
    [InlineData("käse", 12, 1)]
    [InlineData("", 12, 9)]
    public void A_key_stays_in_its_partition_for_ever(string key, int partitions, int partition)
    {
        StreamPartition.Of(key, partitions).ShouldBe(partition);
        StreamPartition.Of(Encoding.UTF8.GetBytes(key), partitions).ShouldBe(partition);
    }

    [Fact]
    public void A_long_key_has_a_partition_too()
    {
        var key = new string('x', 5000);

        StreamPartition.Of(key, 7).ShouldBe(StreamPartition.Of(Encoding.UTF8.GetBytes(key), 7));
    }

    [Fact]
    public void Keys_spread_evenly()
    {
        var org = Guid.NewGuid();
        var counts = new int[8];
        for (var index = 0; index < 8000; index++)
        {
            counts[StreamPartition.Of(GrainKeys.Of(org, Guid.CreateVersion7()), counts.Length)]++;
        }

        counts.ShouldAllBe(count => count > 700 && count < 1300);
    }
}
