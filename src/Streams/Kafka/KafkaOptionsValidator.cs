using System.Text.RegularExpressions;
using Confluent.Kafka;
using Microsoft.Extensions.Options;

namespace Switchboard.Streams.Kafka;

/// <summary>Refuses settings that cannot work, naming the configuration key to change. Values of secrets never appear.</summary>
internal sealed partial class KafkaOptionsValidator : IValidateOptions<KafkaOptions>
{
    public ValidateOptionsResult Validate(string? name, KafkaOptions options)
    {
        var failures = new List<string>();
        if (options.EventHubs is { } hubs)
        {
            CheckEventHubs(options, hubs, failures);
        }
        else
        {
            CheckServers(options.BootstrapServers, failures);
            CheckSecurity(options, failures);
        }

        CheckNames(options, failures);
        CheckFiles(options, failures);
        CheckSizes(options, failures);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static string Key(string name) => $"{KafkaOptions.Section}:{name}";

    private static void CheckServers(string servers, List<string> failures)
    {
        if (string.IsNullOrWhiteSpace(servers))
        {
            failures.Add(
                $"{Key(nameof(KafkaOptions.BootstrapServers))} is not set, and Streams:Transport is Kafka. Set it to the cluster's brokers, "
                + "'broker-1:9092,broker-2:9092', or set Streams:Transport to Postgres.");
            return;
        }

        foreach (var server in servers.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!Server().IsMatch(server) || !ushort.TryParse(server[(server.LastIndexOf(':') + 1)..], out var port) || port == 0)
            {
                failures.Add($"{Key(nameof(KafkaOptions.BootstrapServers))} has '{server}', which is not of the form host:port.");
            }
        }
    }

    private static void CheckSecurity(KafkaOptions options, List<string> failures)
    {
        var sasl = options.SecurityProtocol is SecurityProtocol.SaslPlaintext or SecurityProtocol.SaslSsl;
        if (sasl && options.SaslMechanism is not (SaslMechanism.Plain or SaslMechanism.ScramSha256 or SaslMechanism.ScramSha512))
        {
            failures.Add($"{Key(nameof(options.SaslMechanism))} must be Plain, ScramSha256 or ScramSha512 when {Key(nameof(options.SecurityProtocol))} is {options.SecurityProtocol}.");
        }

        if (sasl && (string.IsNullOrEmpty(options.SaslUsername) || string.IsNullOrEmpty(options.SaslPassword)))
        {
            failures.Add($"{Key(nameof(options.SaslUsername))} and {Key(nameof(options.SaslPassword))} must be set when {Key(nameof(options.SecurityProtocol))} is {options.SecurityProtocol}.");
        }

        if (!sasl && (options.SaslMechanism is not null || options.SaslUsername is not null || options.SaslPassword is not null))
        {
            failures.Add($"{Key("Sasl*")} is set, but {Key(nameof(options.SecurityProtocol))} is {options.SecurityProtocol} and would not use it. Set it to SaslSsl or SaslPlaintext.");
        }

        var tls = options.SecurityProtocol is SecurityProtocol.Ssl or SecurityProtocol.SaslSsl;
        if (!tls && (options.SslCaLocation ?? options.SslCertificateLocation ?? options.SslKeyLocation) is not null)
        {
            failures.Add($"{Key("Ssl*")} is set, but {Key(nameof(options.SecurityProtocol))} is {options.SecurityProtocol} and would not use it. Set it to Ssl or SaslSsl.");
        }
    }

    /// <summary>What is set beside the preset would either be lost or break it: it is refused instead.</summary>
    private static void CheckEventHubs(KafkaOptions options, EventHubsOptions hubs, List<string> failures)
    {
        var key = Key($"{nameof(KafkaOptions.EventHubs)}:{nameof(EventHubsOptions.ConnectionString)}");
        if (!EventHubsConnection.TryParse(hubs.ConnectionString, out var connection, out var error))
        {
            failures.Add($"{key} {error}. Copy it from the namespace's shared access policies.");
        }
        else if (connection.EntityPath is not null)
        {
            failures.Add($"{key} is for the event hub '{connection.EntityPath}' only. Use the connection string of the namespace, because every tenant has a topic.");
        }

        if (options.BootstrapServers.Length > 0
            || options.SecurityProtocol != SecurityProtocol.Plaintext || options.SaslMechanism is not null
            || options.SaslUsername is not null || options.SaslPassword is not null)
        {
            failures.Add(
                $"{Key(nameof(options.BootstrapServers))}, {Key(nameof(options.SecurityProtocol))} and {Key("Sasl*")} follow from {key}: remove them, "
                + $"or remove {Key(nameof(options.EventHubs))}.");
        }

        if (options.MaxRecordBytes > 1024 * 1024)
        {
            failures.Add($"{Key(nameof(options.MaxRecordBytes))} is {options.MaxRecordBytes}; Event Hubs takes at most 1048576 bytes.");
        }
    }

    private static void CheckNames(KafkaOptions options, List<string> failures)
    {
        foreach (var (tenant, topic) in options.Topics)
        {
            if (!Topic().IsMatch(topic) || topic is "." or "..")
            {
                failures.Add($"{Key(nameof(options.Topics))}:{tenant} is '{topic}'; a topic's name has 1 to 249 letters, digits, '.', '_' and '-'.");
            }
        }

        foreach (var twice in options.Topics.GroupBy(one => one.Value, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            failures.Add($"{Key(nameof(options.Topics))} gives the topic '{twice.Key}' to {string.Join(" and ", twice.Select(one => one.Key))}; each tenant needs its own.");
        }

        if (!Topic().IsMatch(options.Cluster))
        {
            failures.Add($"{Key(nameof(options.Cluster))} is '{options.Cluster}'; it has 1 to 249 letters, digits, '.', '_' and '-'.");
        }

        if (!Topic().IsMatch(options.GroupPrefix))
        {
            failures.Add($"{Key(nameof(options.GroupPrefix))} is '{options.GroupPrefix}'; it has 1 to 249 letters, digits, '.', '_' and '-'.");
        }
    }

    private static void CheckFiles(KafkaOptions options, List<string> failures)
    {
        foreach (var (setting, file) in new[]
                 {
                     (nameof(options.SslCaLocation), options.SslCaLocation),
                     (nameof(options.SslCertificateLocation), options.SslCertificateLocation),
                     (nameof(options.SslKeyLocation), options.SslKeyLocation),
                 })
        {
            if (file is not null && !File.Exists(file))
            {
                failures.Add($"{Key(setting)} is '{file}', which is not a file that this process can see.");
            }
        }
    }

    private static void CheckSizes(KafkaOptions options, List<string> failures)
    {
        void Require(bool ok, string setting, object value, string wanted)
        {
            if (!ok)
            {
                failures.Add($"{Key(setting)} is {value}; it must be {wanted}.");
            }
        }

        Require(options.MaxRecordBytes is >= 1000 and <= 64 * 1024 * 1024, nameof(options.MaxRecordBytes), options.MaxRecordBytes, "1000 to 67108864 bytes");
        Require(options.CacheRecords is >= 1 and <= 1_000_000, nameof(options.CacheRecords), options.CacheRecords, "1 to 1000000");
        Require(options.CacheBytes >= options.MaxRecordBytes, nameof(options.CacheBytes), options.CacheBytes, $"at least {nameof(options.MaxRecordBytes)}, {options.MaxRecordBytes} bytes");
        Require(
            options.ProducerBufferBytes >= options.MaxRecordBytes, nameof(options.ProducerBufferBytes), options.ProducerBufferBytes,
            $"at least {nameof(options.MaxRecordBytes)}, {options.MaxRecordBytes} bytes");
        Require(options.Linger >= TimeSpan.Zero && options.Linger <= TimeSpan.FromSeconds(5), nameof(options.Linger), options.Linger, "0 to 00:00:05");
        Require(
            options.DeliveryTimeout >= TimeSpan.FromSeconds(1) && options.DeliveryTimeout <= TimeSpan.FromMinutes(10),
            nameof(options.DeliveryTimeout), options.DeliveryTimeout, "00:00:01 to 00:10:00");
        Require(
            options.FetchWait >= TimeSpan.FromMilliseconds(1) && options.FetchWait <= TimeSpan.FromSeconds(10),
            nameof(options.FetchWait), options.FetchWait, "00:00:00.001 to 00:00:10");
        Require(options.MirrorPeriod >= TimeSpan.FromMilliseconds(10), nameof(options.MirrorPeriod), options.MirrorPeriod, "at least 00:00:00.010");
        Require(options.TopologyPeriod >= TimeSpan.FromMilliseconds(10), nameof(options.TopologyPeriod), options.TopologyPeriod, "at least 00:00:00.010");
        Require(options.MetadataTimeout >= TimeSpan.FromMilliseconds(100), nameof(options.MetadataTimeout), options.MetadataTimeout, "at least 00:00:00.100");
    }

    [GeneratedRegex(@"^[A-Za-z0-9._\-\[\]:]+:[0-9]+$")]
    private static partial Regex Server();

    [GeneratedRegex("^[A-Za-z0-9._-]{1,249}$")]
    private static partial Regex Topic();
}
