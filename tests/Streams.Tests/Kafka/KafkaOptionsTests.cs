using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Switchboard.Streams.Kafka;

namespace Switchboard.Streams.Tests.Kafka;

/// <summary>Shares nothing.</summary>
public sealed class KafkaOptionsTests
{
    private const string Hubs = "Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=c2VjcmV0LWtleQ==";

    [Fact]
    public void Brokers_alone_are_enough() => Failures(new() { ["BootstrapServers"] = "a:9092, b.example:9093,[::1]:9094" }).ShouldBeEmpty();

    [Theory]
    [InlineData("", "Streams:Kafka:BootstrapServers is not set")]
    [InlineData("broker", "'broker', which is not of the form host:port")]
    [InlineData("broker:0", "'broker:0', which is not of the form host:port")]
    [InlineData("broker:99999", "'broker:99999', which is not of the form host:port")]
    public void Brokers_that_cannot_be_reached_are_refused_with_the_key(string servers, string wanted) =>
        Failures(new() { ["BootstrapServers"] = servers }).ShouldHaveSingleItem().ShouldContain(wanted);

    [Theory]
    [InlineData("SecurityProtocol", "SaslSsl", "Streams:Kafka:SaslMechanism must be")]
    [InlineData("SaslPassword", "hunter2", "would not use it")]
    [InlineData("SslCaLocation", "/nowhere/ca.pem", "not a file")]
    [InlineData("CacheBytes", "1000", "Streams:Kafka:CacheBytes is 1000")]
    [InlineData("MaxRecordBytes", "10", "Streams:Kafka:MaxRecordBytes is 10")]
    [InlineData("Topics:on-call", "domain-events", "each tenant needs its own")]
    [InlineData("Topics:on-call", "a b", "a topic's name has")]
    [InlineData("Cluster", "", "Streams:Kafka:Cluster is ''")]
    [InlineData("FetchWait", "00:01:00", "Streams:Kafka:FetchWait is 00:01:00")]
    public void A_setting_that_cannot_work_is_refused_with_its_key(string key, string value, string wanted)
    {
        var failures = Failures(new() { ["BootstrapServers"] = "a:9092", [key] = value });
        failures.ShouldContain(failure => failure.Contains(wanted, StringComparison.Ordinal));
        failures.ShouldAllBe(failure => !failure.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void The_event_hubs_preset_secures_the_connection_as_the_endpoint_wants_it()
    {
        var options = Bind(new() { ["EventHubs:ConnectionString"] = Hubs });
        Validate(options).ShouldBeEmpty();

        var config = KafkaClientConfig.Producer(options);
        config.BootstrapServers.ShouldBe("acme.servicebus.windows.net:9093");
        config.SecurityProtocol.ShouldBe(SecurityProtocol.SaslSsl);
        config.SaslMechanism.ShouldBe(SaslMechanism.Plain);
        config.SaslUsername.ShouldBe("$ConnectionString");
        config.SaslPassword.ShouldBe(Hubs);
        config.CompressionType.ShouldBe(CompressionType.None);
        config.ConnectionsMaxIdleMs.ShouldBe(180_000);
    }

    [Theory]
    [InlineData("EventHubs:ConnectionString", "nonsense", "is not of the form")]
    [InlineData("EventHubs:ConnectionString", "Endpoint=https://x/;SharedAccessKeyName=a;SharedAccessKey=c2VjcmV0", "has no Endpoint=sb://")]
    [InlineData("EventHubs:ConnectionString", "Endpoint=sb://acme.servicebus.windows.net/", "has no SharedAccessKeyName")]
    [InlineData("EventHubs:ConnectionString", Hubs + ";EntityPath=domain-events", "is for the event hub 'domain-events' only")]
    [InlineData("BootstrapServers", "acme.servicebus.windows.net:9093", "remove them")]
    [InlineData("SaslUsername", "me", "remove them")]
    [InlineData("MaxRecordBytes", "2000000", "Event Hubs takes at most")]
    public void An_event_hubs_setting_that_cannot_work_is_refused_without_its_secret(string key, string value, string wanted)
    {
        var failures = Failures(new() { ["EventHubs:ConnectionString"] = Hubs, [key] = value });
        failures.ShouldContain(failure => failure.Contains(wanted, StringComparison.Ordinal));
        failures.ShouldAllBe(failure => !failure.Contains("c2VjcmV0", StringComparison.Ordinal));
    }

    [Fact]
    public void The_producer_loses_doubles_and_reorders_nothing()
    {
        var config = KafkaClientConfig.Producer(new KafkaOptions { BootstrapServers = "a:9092" });
        config.EnableIdempotence.ShouldBe(true);
        config.EnableGaplessGuarantee.ShouldBe(true);
        config.Acks.ShouldBe(Acks.All);
    }

    private static string[] Failures(Dictionary<string, string?> settings) => Validate(Bind(settings));

    private static string[] Validate(KafkaOptions options) => [.. new KafkaOptionsValidator().Validate(null, options).Failures ?? []];

    private static KafkaOptions Bind(Dictionary<string, string?> settings)
    {
        var options = new KafkaOptions();
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build().Bind(options);
        return options;
    }
}
