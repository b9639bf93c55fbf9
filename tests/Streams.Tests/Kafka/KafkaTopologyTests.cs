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
    private readonly CriticalLog _log = new();
    private int _seen = 4;

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task The_first_answer_holds_and_growth_is_reported_loudly_once()
    {
        await using var topology = Topology();
        (await topology.PartitionsAsync("t", TestContext.Current.CancellationToken)).ShouldBe(4);

        _seen = 6;
        while (!await _log.Critical.WaitAsync(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken))
        {
            _time.Advance(TimeSpan.FromSeconds(30));
        }

        (await topology.PartitionsAsync("t", TestContext.Current.CancellationToken)).ShouldBe(4);
        _log.Messages.ShouldHaveSingleItem().ShouldContain("has 6 partitions, and this process uses 4");
    }

    [Fact]
    public async Task The_real_cluster_says_how_many_partitions_a_topic_has()
    {
        var topic = await KafkaCluster.CreateTopicAsync(6);
        await using var topology = new KafkaTopology(
            new KafkaOptions { BootstrapServers = await KafkaCluster.BootstrapServersAsync() }, Instruments(), TimeProvider.System, _log);
        (await topology.PartitionsAsync(topic, TestContext.Current.CancellationToken)).ShouldBe(6);
    }

    private KafkaTopology Topology() => new(
        new KafkaOptions { TopologyPeriod = TimeSpan.FromSeconds(30) }, Instruments(), _time, _log, (_, _) => _seen);

    private KafkaInstruments Instruments() => new(new StreamInstruments(_services.GetRequiredService<IMeterFactory>()));

    private sealed class CriticalLog : ILogger<KafkaTopology>
    {
        public List<string> Messages { get; } = [];

        public SemaphoreSlim Critical { get; } = new(0);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Critical)
            {
                Messages.Add(formatter(state, exception));
                Critical.Release();
            }
        }
    }
}
