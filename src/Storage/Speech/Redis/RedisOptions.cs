using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Switchboard.Storage.Speech.Redis;

/// <summary>Where copies of keys and limits are shared between processes; section <c>Redis</c>. Without it nothing is shared.</summary>
public sealed class RedisOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Redis";

    /// <summary>StackExchange.Redis' connection string, for example <c>redis-1:6379,password=...</c>; empty for none.</summary>
    public string Connection { get; set; } = "";

    /// <summary>Whether there is one.</summary>
    public bool IsConfigured => !string.IsNullOrWhiteSpace(Connection);

    /// <summary>How long a question may take before the answer is looked for elsewhere.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>What the client is told; what the connection string says goes before.</summary>
    internal ConfigurationOptions ForClient()
    {
        var parsed = ConfigurationOptions.Parse($"abortConnect=false,connectTimeout=2000,syncTimeout=3000,keepAlive=10,{Connection}");
        parsed.AbortOnConnectFail = false;
        parsed.ReconnectRetryPolicy = new LinearRetry(500);
        parsed.ClientName = "switchboard";
        return parsed;
    }
}

/// <summary>Refuses settings that cannot work, naming the configuration key to change.</summary>
internal sealed class RedisOptionsValidator : IValidateOptions<RedisOptions>
{
    public ValidateOptionsResult Validate(string? name, RedisOptions options)
    {
        if (!options.IsConfigured)
        {
            return ValidateOptionsResult.Success;
        }

        try
        {
            if (options.ForClient().EndPoints.Count == 0)
            {
                return ValidateOptionsResult.Fail($"{RedisOptions.Section}:Connection names no server; set it to host:port, or leave it out.");
            }
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            // The text may hold a password.
            return ValidateOptionsResult.Fail($"{RedisOptions.Section}:Connection cannot be read ({error.GetType().Name}); set it to host:port[,password=...].");
        }

        return options.Patience >= TimeSpan.FromMilliseconds(10) && options.Patience <= TimeSpan.FromSeconds(5)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{RedisOptions.Section}:Patience is {options.Patience}; set it to 00:00:00.010 to 00:00:05.");
    }
}
