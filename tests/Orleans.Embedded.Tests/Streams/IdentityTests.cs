using System.Text.Json;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Embedded.Tests.Streams;

/// <summary>
/// Names of streams and queues. The numbers and texts were printed by Microsoft Orleans: a stream must lie in the same queue on both
/// engines, and what is stored must be read by both.
/// </summary>
public sealed class IdentityTests
{
    [Theory]
    [InlineData("timeline", "0190a1b2-c3d4/case-1", 355651348, 1, 1)]
    [InlineData(null, "plain", 1628677502, 4, 2)]
    [InlineData("audit", "käse", 1138609885, 3, 1)]
    [InlineData("a", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", -1991291388, 5, 2)]
    [InlineData("timeline@on-call", "7/42", -455267857, 0, 0)]
    public void A_stream_lies_in_the_queue_that_Orleans_puts_it_into(string? ns, string key, int hash, int ofEight, int ofThree)
    {
        var id = StreamId.Create(ns, key);

        id.GetHashCode().ShouldBe(hash);
        Mapper(8).GetQueueForStream(id).GetNumericId().ShouldBe((uint)ofEight);
        Mapper(3).GetQueueForStream(id).GetNumericId().ShouldBe((uint)ofThree);
    }

    [Fact]
    public void Queues_are_spread_over_the_ring_and_named()
    {
        Mapper(3).GetAllQueues().Select(it => it.ToStringWithHashCode()).ShouldBe(["q-0-0x00000000", "q-1-0x55555556", "q-2-0xAAAAAAAC"]);
        Mapper(1).GetAllQueues().ShouldHaveSingleItem().ToString().ShouldBe("q-0");
        Should.Throw<ArgumentException>(() => Mapper(0));
    }

    [Fact]
    public void Streams_are_written_and_read_as_text_and_as_JSON()
    {
        var guid = Guid.Parse("0190a1b2-c3d4-7000-8000-000000000001");

        StreamId.Create("n", 5).ToString().ShouldBe("n/5");
        StreamId.Create((string?)null, 5).ToString().ShouldBe("null/5");
        StreamId.Create("n", guid).ToString().ShouldBe("n/0190a1b2c3d470008000000000000001");
        StreamId.Parse("n/a/b"u8).ShouldBe(StreamId.Create("n", "a/b"));
        StreamId.Create("n", "k").GetNamespace().ShouldBe("n");
        StreamId.Create("n", "k").GetKeyAsString().ShouldBe("k");
        Should.Throw<ArgumentException>(() => StreamId.Parse("no slash"u8));

        var qualified = new QualifiedStreamId("p", StreamId.Create("n", "k"));
        qualified.ToString().ShouldBe("p/n/k");
        JsonSerializer.Serialize(qualified).ShouldBe("""["p",["n","k"]]""");
        JsonSerializer.Deserialize<QualifiedStreamId>("""["p",["n","k"]]""").ShouldBe(qualified);
        JsonSerializer.Serialize(StreamId.Create(null, "k")).ShouldBe("""[null,"k"]""");
        JsonSerializer.Serialize(GuidId.GetGuidId(guid)).ShouldBe("\"0190a1b2c3d470008000000000000001\"");
        JsonSerializer.Deserialize<GuidId>("\"0190a1b2c3d470008000000000000001\"").ShouldBe(GuidId.GetGuidId(guid));
    }

    private static HashRingBasedStreamQueueMapper Mapper(int queues) => new(new HashRingStreamQueueMapperOptions { TotalQueueCount = queues }, "Q");
}
