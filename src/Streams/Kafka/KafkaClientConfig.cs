using Confluent.Kafka;

namespace Switchboard.Streams.Kafka;

/// <summary>The settings of librdkafka that follow from <see cref="KafkaOptions"/>.</summary>
internal static class KafkaClientConfig
{
    /// <summary>A producer that never loses, doubles or reorders what it has taken: a gap is an error that ends it.</summary>
    public static ProducerConfig Producer(KafkaOptions options) => new(Client(options))
    {
        EnableIdempotence = true,
        // Without it records behind a failed one are delivered, and the failed one's repetition then comes after them.
        EnableGaplessGuarantee = true,
        Acks = Acks.All,
        MaxInFlight = 5,
        LingerMs = options.Linger.TotalMilliseconds,
        BatchSize = 512 * 1024,
        BatchNumMessages = 10_000,
        CompressionType = options.EventHubs is null ? options.Compression : CompressionType.None,
        MessageMaxBytes = options.MaxRecordBytes + Overhead,
        MessageTimeoutMs = (int)options.DeliveryTimeout.TotalMilliseconds,
        QueueBufferingMaxKbytes = Math.Max(1, options.ProducerBufferBytes / 1024),
        QueueBufferingMaxMessages = 200_000,
        DeliveryReportFields = "status",
    };

    /// <summary>A consumer that is told which partitions to read from where; its group only names the offsets that are shown.</summary>
    public static ConsumerConfig Consumer(KafkaOptions options, string group) => new(Client(options))
    {
        GroupId = group,
        // Only what is stored by hand is committed, in the background, and only for people to look at.
        EnableAutoCommit = true,
        AutoCommitIntervalMs = (int)options.MirrorPeriod.TotalMilliseconds,
        EnableAutoOffsetStore = false,
        // An offset that the broker no longer has is an error to decide about, not a reason to jump.
        AutoOffsetReset = AutoOffsetReset.Error,
        EnablePartitionEof = false,
        IsolationLevel = IsolationLevel.ReadCommitted,
        FetchWaitMaxMs = Math.Max(1, (int)options.FetchWait.TotalMilliseconds),
        FetchErrorBackoffMs = 100,
        // Full feeds pause their partition, which gives back what was fetched ahead for it. These bounds are behind that: a client that meets
        // them rests for a second before it fetches again, so they are never the ones to be met.
        QueuedMinMessages = 1_000_000,
        QueuedMaxMessagesKbytes = 64 * 1024,
        MaxPartitionFetchBytes = 1024 * 1024,
        AllowAutoCreateTopics = false,
    };

    /// <summary>A client that only asks about topics.</summary>
    public static AdminClientConfig Admin(KafkaOptions options) => new(Client(options));

    /// <summary>Headers, key and framing of a record, beside its value.</summary>
    private const int Overhead = 4096;

    private static ClientConfig Client(KafkaOptions options)
    {
        var config = new ClientConfig
        {
            BootstrapServers = options.BootstrapServers,
            ClientId = "switchboard",
            SecurityProtocol = options.SecurityProtocol,
            SaslMechanism = options.SaslMechanism,
            SaslUsername = options.SaslUsername,
            SaslPassword = options.SaslPassword,
            SslCaLocation = options.SslCaLocation,
            SslCertificateLocation = options.SslCertificateLocation,
            SslKeyLocation = options.SslKeyLocation,
            SslKeyPassword = options.SslKeyPassword,
            SocketKeepaliveEnable = true,
            SocketNagleDisable = true,
            // A connection that was begun while a host was away hangs for as long as packets are lost; the library's own patience is 30 s.
            SocketConnectionSetupTimeoutMs = 10_000,
            ReconnectBackoffMs = 50,
            ReconnectBackoffMaxMs = 1000,
            TopicMetadataRefreshIntervalMs = (int)Math.Clamp(options.TopologyPeriod.TotalMilliseconds, 100, 900_000),
        };
        if (options.EventHubs is { } hubs && EventHubsConnection.TryParse(hubs.ConnectionString, out var connection, out _))
        {
            // As Microsoft documents for clients of the Kafka endpoint: idle connections are cut there after four minutes.
            config.BootstrapServers = connection.BootstrapServers;
            config.SecurityProtocol = SecurityProtocol.SaslSsl;
            config.SaslMechanism = SaslMechanism.Plain;
            config.SaslUsername = EventHubsConnection.Username;
            config.SaslPassword = hubs.ConnectionString;
            config.SocketTimeoutMs = 60_000;
            config.MetadataMaxAgeMs = 180_000;
            config.ConnectionsMaxIdleMs = 180_000;
        }

        return config;
    }
}
