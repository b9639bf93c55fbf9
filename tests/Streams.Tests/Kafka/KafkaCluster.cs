using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Switchboard.Streams.Kafka;
using Switchboard.Testing.Kafka;

namespace Switchboard.Streams.Tests.Kafka;

/// <summary>
/// The cluster that tests use: the one that <c>SWITCHBOARD_TEST_KAFKA</c> names (<c>host:port,...</c>), else the development broker in a
/// process of its own. Shared: every test makes topics of its own.
/// </summary>
internal static class KafkaCluster
{
    private static readonly string? _outside = Environment.GetEnvironmentVariable("SWITCHBOARD_TEST_KAFKA") is { Length: > 0 } servers ? servers : null;

    /// <summary>Whether it is the development broker, which can be told to fail.</summary>
    public static bool IsOwn => _outside is null;

    /// <summary>Where it is.</summary>
    public static async Task<string> BootstrapServersAsync()
    {
        KafkaNativeLibrary.EnsureLoaded();
        return _outside ?? (await TestBroker.SharedAsync()).BootstrapServers;
    }

    /// <summary>A new topic with a name of its own.</summary>
    public static async Task<string> CreateTopicAsync(int partitions, string prefix = "test")
    {
        var topic = string.Create(CultureInfo.InvariantCulture, $"{prefix}-{Guid.NewGuid():N}");
        if (_outside is null)
        {
            await (await TestBroker.SharedAsync()).CreateTopicAsync(topic, partitions);
            return topic;
        }

        KafkaNativeLibrary.EnsureLoaded();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _outside }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = -1 }]);
        return topic;
    }
}
