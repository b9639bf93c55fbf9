using Microsoft.Extensions.Options;

namespace Switchboard.Gateway;

/// <summary>Settings of the REST gateway, configuration section <c>Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Gateway";

    /// <summary>Requests a second that one organisation may make to this process; a key may have a lower limit of its own.</summary>
    public int RequestsPerSecond { get; set; } = 10_000;

    /// <summary>The largest request body, in bytes.</summary>
    public int MaxBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>How deep a request's JSON may be nested.</summary>
    public int MaxJsonDepth { get; set; } = 32;

    /// <summary>The greatest age of what is known about a key or a user; a revoked key works at most this long.</summary>
    public TimeSpan KeyTimeToLive { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many keys, and how many users, are remembered.</summary>
    public int CachedKeys { get; set; } = 100_000;

    /// <summary>How many unknown keys are remembered as such.</summary>
    public int CachedUnknownKeys { get; set; } = 10_000;

    /// <summary>How many keys are looked up at once.</summary>
    public int ConcurrentKeyLookups { get; set; } = 64;

    /// <summary>How long a repetition waits for the first request with its <c>Idempotency-Key</c> before it is answered with 409.</summary>
    public TimeSpan IdempotencyWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>What <c>Retry-After</c> says when the service is not available.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(2);
}

/// <summary>Refuses settings that cannot work, naming the configuration key to change.</summary>
internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var failures = new List<string>();
        Require(
            options.RequestsPerSecond is >= 1 and <= 10_000_000,
            nameof(options.RequestsPerSecond), options.RequestsPerSecond, "1 to 10000000");
        Require(
            options.MaxBodyBytes is >= 1024 and <= 64 * 1024 * 1024,
            nameof(options.MaxBodyBytes), options.MaxBodyBytes, "1024 to 67108864 bytes");
        Require(options.MaxJsonDepth is >= 8 and <= 256, nameof(options.MaxJsonDepth), options.MaxJsonDepth, "8 to 256");
        Require(
            options.KeyTimeToLive > TimeSpan.Zero && options.KeyTimeToLive <= TimeSpan.FromMinutes(1),
            nameof(options.KeyTimeToLive), options.KeyTimeToLive, "more than 0 and at most 00:01:00");
        Require(options.CachedKeys >= 100, nameof(options.CachedKeys), options.CachedKeys, "at least 100");
        Require(options.CachedUnknownKeys >= 100, nameof(options.CachedUnknownKeys), options.CachedUnknownKeys, "at least 100");
        Require(
            options.ConcurrentKeyLookups is >= 1 and <= 10_000,
            nameof(options.ConcurrentKeyLookups), options.ConcurrentKeyLookups, "1 to 10000");
        Require(
            options.IdempotencyWait > TimeSpan.Zero && options.IdempotencyWait <= TimeSpan.FromMinutes(5),
            nameof(options.IdempotencyWait), options.IdempotencyWait, "more than 0 and at most 00:05:00");
        Require(
            options.RetryAfter >= TimeSpan.FromSeconds(1) && options.RetryAfter <= TimeSpan.FromHours(1),
            nameof(options.RetryAfter), options.RetryAfter, "00:00:01 to 01:00:00");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Require(bool holds, string setting, object value, string allowed)
        {
            if (!holds)
            {
                failures.Add($"{GatewayOptions.Section}:{setting} is {value}; set it to {allowed}.");
            }
        }
    }
}
