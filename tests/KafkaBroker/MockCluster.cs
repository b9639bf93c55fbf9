using System.Runtime.InteropServices;
using System.Text;

namespace Switchboard.KafkaBroker;

/// <summary>
/// The broker cluster that librdkafka carries for its own tests: the Kafka protocol on sockets of 127.0.0.1, records in memory only, at
/// most 5 MiB or 100,000 batches a partition. A broker that is down keeps its port and its records.
/// </summary>
internal sealed partial class MockCluster : IDisposable
{
    private const string Library = "librdkafka.so.1";
    private const int Producer = 0;

    private readonly nint _client;
    private readonly nint _cluster;

    /// <summary>Starts the brokers, numbered from 1.</summary>
    public MockCluster(int brokers)
    {
        var error = new byte[512];
        var configuration = rd_kafka_conf_new();
        // The client exists to carry the cluster and connects to nothing: its warning about that is noise.
        rd_kafka_conf_set(configuration, "log_level", "3", error, (nuint)error.Length);
        _client = rd_kafka_new(Producer, configuration, error, (nuint)error.Length);
        _cluster = _client == 0 ? 0 : SignalFreeThread.Run(() => rd_kafka_mock_cluster_new(_client, brokers));
        if (_cluster == 0)
        {
            throw new InvalidOperationException($"librdkafka did not start a cluster of {brokers} brokers. {Encoding.UTF8.GetString(error).TrimEnd('\0')}");
        }

        Brokers = brokers;
        PromptSockets.Apply();
    }

    /// <summary>How many brokers there are.</summary>
    public int Brokers { get; }

    /// <summary><c>host:port</c> of every broker, separated by commas.</summary>
    public string BootstrapServers => Marshal.PtrToStringUTF8(rd_kafka_mock_cluster_bootstraps(_cluster)) ?? "";

    /// <summary>Creates a topic; its number of partitions stays as it is.</summary>
    public void CreateTopic(string topic, int partitions) =>
        Check(rd_kafka_mock_topic_create(_cluster, topic, partitions, Brokers), $"create topic {topic}");

    /// <summary>Closes a broker's connections and refuses new ones.</summary>
    public void Down(int broker) => Check(rd_kafka_mock_broker_set_down(_cluster, broker), "take a broker down");

    /// <summary>Lets a broker take connections again, with the records that it had.</summary>
    public void Up(int broker)
    {
        // Going down has closed the socket that it listened on.
        PromptSockets.Apply();
        Check(rd_kafka_mock_broker_set_up(_cluster, broker), "bring a broker up");
    }

    /// <summary>Lets the next requests of a kind fail.</summary>
    /// <param name="api">Kafka's number of the request, 0 for Produce.</param>
    /// <param name="code">Kafka's error code.</param>
    /// <param name="count">How many requests.</param>
    public void Fail(short api, int code, int count) =>
        rd_kafka_mock_push_request_errors_array(_cluster, api, (nuint)count, [.. Enumerable.Repeat(code, count)]);

    public void Dispose()
    {
        rd_kafka_mock_cluster_destroy(_cluster);
        rd_kafka_destroy(_client);
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
        {
            throw new InvalidOperationException($"librdkafka could not {what}: {Marshal.PtrToStringUTF8(rd_kafka_err2str(error))}");
        }
    }

    [LibraryImport(Library)]
    private static partial nint rd_kafka_conf_new();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_conf_set(nint configuration, string name, string value, byte[] error, nuint size);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_new(int type, nint conf, byte[] error, nuint size);

    [LibraryImport(Library)]
    private static partial void rd_kafka_destroy(nint client);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_err2str(int error);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_mock_cluster_new(nint client, int brokers);

    [LibraryImport(Library)]
    private static partial void rd_kafka_mock_cluster_destroy(nint cluster);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_mock_cluster_bootstraps(nint cluster);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_mock_topic_create(nint cluster, string topic, int partitions, int replicas);

    [LibraryImport(Library)]
    private static partial int rd_kafka_mock_broker_set_down(nint cluster, int broker);

    [LibraryImport(Library)]
    private static partial int rd_kafka_mock_broker_set_up(nint cluster, int broker);

    [LibraryImport(Library)]
    private static partial void rd_kafka_mock_push_request_errors_array(nint cluster, short api, nuint count, int[] errors);
}
