using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Switchboard.Streams.Diagnostics;
using Switchboard.Streams.Kafka;
using Switchboard.Testing;

namespace Switchboard.Streams.Tests.Kafka;

/// <summary>Shares nothing. The development broker never grows a topic, so its answers are given by hand.</summary>
public sealed class KafkaTopologyTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new();
    private readonly LoudLog _log = new();
    private int _seen = 4;

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task Growth_is_told_and_read_at_once_and_published_to_when_it_is_said_so()
    {
        await using var topology = Topology();
        var told = new TaskCompletionSource<(string Topic, int Partitions)>();
        topology.Grown += (topic, partitions) => told.TrySetResult((topic, partitions));
        (await topology.UsedAsync("t", TestContext.Current.CancellationToken)).ShouldBe(4);

        _seen = 6;
        await AdvanceUntilAsync(told.Task);

        (await told.Task).ShouldBe(("t", 6));
        (await topology.SeenAsync("t", TestContext.Current.CancellationToken)).ShouldBe(6);
        (await topology.UsedAsync("t", TestContext.Current.CancellationToken)).ShouldBe(4);
        topology.Use("t", 6);
        (await topology.UsedAsync("t", TestContext.Current.CancellationToken)).ShouldBe(6);
        _log.Messages.ShouldHaveSingleItem().ShouldContain("has 6 partitions instead of 4");
    }

    [Fact]
    public async Task A_topic_with_fewer_partitions_than_before_is_reported_loudly_once_and_changes_nothing()
    {
        await using var topology = Topology();
        (await topology.SeenAsync("t", TestContext.Current.CancellationToken)).ShouldBe(4);

        _seen = 2;
        await AdvanceUntilAsync(_log.Loud.WaitAsync(TestContext.Current.CancellationToken));

        (await topology.SeenAsync("t", TestContext.Current.CancellationToken)).ShouldBe(4);
        _log.Messages.ShouldHaveSingleItem().ShouldContain("was made anew");
    }

    [Fact]
    public async Task The_real_cluster_says_how_many_partitions_a_topic_has()
    {
        var topic = await KafkaCluster.CreateTopicAsync(6);
        await using var topology = new KafkaTopology(
            new KafkaOptions { BootstrapServers = await KafkaCluster.BootstrapServersAsync() }, Instruments(), TimeProvider.System, _log);
        (await topology.SeenAsync(topic, TestContext.Current.CancellationToken)).ShouldBe(6);
    }

    private async Task AdvanceUntilAsync(Task happened)
    {
        while (!happened.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            await Task.WhenAny(happened, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken));
        }
    }

    private KafkaTopology Topology() => new(
        new KafkaOptions { TopologyPeriod = TimeSpan.FromSeconds(30) }, Instruments(), _time, _log, (_, _) => _seen);

    private KafkaInstruments Instruments() => new(new StreamInstruments(_services.GetRequiredService<IMeterFactory>()));

    private sealed class LoudLog : ILogger<KafkaTopology>
    {
        public List<string> Messages { get; } = [];

        public SemaphoreSlim Loud { get; } = new(0);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning)
            {
                Messages.Add(formatter(state, exception));
                Loud.Release();
            }
        }
    }
}
