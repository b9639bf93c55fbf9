using Orleans.Hosting;
using Orleans.Streams;

namespace Orleans.Embedded.Tests.Streams;

/// <summary>Subscriptions and delivery, over streams in memory.</summary>
public sealed class MemoryStreamTests : IAsyncLifetime
{
    private readonly string _key = Guid.NewGuid().ToString("N");
    private TestSilo _silo = null!;

    private IStreamProvider Streams => _silo.Client.GetStreamProvider("s");

    public async ValueTask InitializeAsync() => _silo = await TestSilo.StartAsync(silo =>
        silo.AddMemoryGrainStorage("PubSubStore").AddMemoryStreams("s"));

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task The_grain_that_is_subscribed_by_its_class_gets_the_events_in_order()
    {
        var stream = Streams.GetStream<string>("implicit", _key);
        foreach (var i in Enumerable.Range(0, 200))
        {
            await stream.OnNextAsync($"{i}");
        }

        (await Seen.Await(_key, 200)).ShouldBe(Enumerable.Range(0, 200).Select(i => $"{i}"));
    }
}
