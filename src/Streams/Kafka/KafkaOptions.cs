using Confluent.Kafka;
using Switchboard.Storage.Databases;

namespace Switchboard.Streams.Kafka;

/// <summary>How to reach Kafka and how much to hold in memory; configuration section <c>Streams:Kafka</c>.</summary>
public sealed class KafkaOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Streams:Kafka";

    /// <summary>Where the cluster is: <c>host:port,host:port</c>. Not set when <see cref="EventHubs"/> is.</summary>
    public string BootstrapServers { get; set; } = "";

    /// <summary>
    /// Names the cluster in positions and in the relay's cursor. Offsets of one cluster mean nothing in another: under a new name everything
    /// is published and read from the beginning, and handlers recognise what they have had.
    /// </summary>
    public string Cluster { get; set; } = "kafka";

    /// <summary>The topic of each tenant's events.</summary>
    public IDictionary<string, string> Topics { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [TenantDatabases.CaseManagementTenant] = "domain-events",
        [TenantDatabases.OnCallTenant] = "domain-events-oncall",
    };

    /// <summary>Consumer groups, which carry offsets for lag tools only, are named <c>{GroupPrefix}.{flavor}</c>.</summary>
    public string GroupPrefix { get; set; } = "switchboard";

    /// <summary>How connections are secured.</summary>
    public SecurityProtocol SecurityProtocol { get; set; } = SecurityProtocol.Plaintext;

    /// <summary>How this client proves who it is; with a SASL protocol only.</summary>
    public SaslMechanism? SaslMechanism { get; set; }

    /// <summary>The user, with a SASL protocol.</summary>
    public string? SaslUsername { get; set; }

    /// <summary>The password, with a SASL protocol. Never logged.</summary>
    public string? SaslPassword { get; set; }

    /// <summary>A file with the certificates of the authorities to trust; null: those of the system.</summary>
    public string? SslCaLocation { get; set; }

    /// <summary>A file with this client's certificate, for brokers that ask for one.</summary>
    public string? SslCertificateLocation { get; set; }

    /// <summary>A file with the key of <see cref="SslCertificateLocation"/>.</summary>
    public string? SslKeyLocation { get; set; }

    /// <summary>The password of <see cref="SslKeyLocation"/>. Never logged.</summary>
    public string? SslKeyPassword { get; set; }

    /// <summary>Azure Event Hubs through its Kafka endpoint instead of a Kafka cluster; null: not used.</summary>
    public EventHubsOptions? EventHubs { get; set; }

    /// <summary>How the producer compresses.</summary>
    public CompressionType Compression { get; set; } = CompressionType.Lz4;

    /// <summary>The largest record that is published and read, in bytes. A larger one that is read becomes a dead letter.</summary>
    public int MaxRecordBytes { get; set; } = 1024 * 1024;

    /// <summary>How long the producer gathers records before it sends them.</summary>
    public TimeSpan Linger { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>How long a record may remain without the brokers' acknowledgement before its publication fails.</summary>
    public TimeSpan DeliveryTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How many bytes of records may wait for acknowledgement; publishers wait for room.</summary>
    public int ProducerBufferBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>How long a broker may hold back an answer while it has nothing new.</summary>
    public TimeSpan FetchWait { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How many records of one partition are kept in memory, from the broker to the handler; then its reading pauses.</summary>
    public int CacheRecords { get; set; } = 4000;

    /// <summary>How many bytes of one partition's records are kept in memory; then its reading pauses.</summary>
    public int CacheBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>How often positions are shown to the cluster as committed offsets.</summary>
    public TimeSpan MirrorPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the topics' numbers of partitions are looked at.</summary>
    public TimeSpan TopologyPeriod { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an answer about topics may take before Kafka counts as away.</summary>
    public TimeSpan MetadataTimeout { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>An Azure Event Hubs namespace, which speaks Kafka's protocol on port 9093; an event hub is a topic.</summary>
public sealed class EventHubsOptions
{
    /// <summary>
    /// The namespace's connection string: <c>Endpoint=sb://NAME.servicebus.windows.net/;SharedAccessKeyName=...;SharedAccessKey=...</c>.
    /// Never logged.
    /// </summary>
    public string ConnectionString { get; set; } = "";
}
