using Microsoft.Extensions.Options;
using Switchboard.Events;
using Switchboard.Storage.Databases;

namespace Switchboard.Streams.Kafka;

/// <summary>What one provider reads, by the provider's name.</summary>
public sealed class KafkaStreamOptions
{
    /// <summary>The tenant whose events and positions these are.</summary>
    public string Tenant { get; set; } = TenantDatabases.CaseManagementTenant;

    /// <summary>The consumer: the namespace of its streams and the name of its positions and dead letters.</summary>
    public string Flavor { get; set; } = "";

    /// <summary>Another topic than the tenant's own; null: the tenant's.</summary>
    public string? Topic { get; set; }

    /// <summary>Whether an event concerns the flavor; others are passed without being delivered. Must be pure and cheap. Null: all do.</summary>
    public Func<EventRecord, bool>? Wants { get; set; }

    /// <summary>How long a read waits for records before it returns with none.</summary>
    public TimeSpan ReadWait { get; set; } = TimeSpan.FromMilliseconds(200);
}

/// <summary>Refuses a provider that would read nothing.</summary>
internal sealed class KafkaStreamOptionsValidator(string provider, IOptions<KafkaOptions> kafka) : IValidateOptions<KafkaStreamOptions>
{
    public ValidateOptionsResult Validate(string? name, KafkaStreamOptions options)
    {
        if (name != provider)
        {
            return ValidateOptionsResult.Skip;
        }

        if (options.Flavor.Length == 0)
        {
            return ValidateOptionsResult.Fail($"The Kafka stream provider '{name}' has no {nameof(options.Flavor)}; name the consumer that it is for.");
        }

        return options.Topic is not null || kafka.Value.Topics.ContainsKey(options.Tenant)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{KafkaOptions.Section}:{nameof(KafkaOptions.Topics)}:{options.Tenant} is not set; the Kafka stream provider '{name}' has no topic to read.");
    }
}
