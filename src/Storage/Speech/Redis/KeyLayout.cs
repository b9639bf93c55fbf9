using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using StackExchange.Redis;
using Switchboard.Orgs;

namespace Switchboard.Storage.Speech.Redis;

/// <summary>
/// How keys and limits lie in Redis: <c>apikey:{hash}</c> (hash of <c>org</c>, <c>version</c>, <c>state</c>), <c>org:{id}:api_keys</c> (set
/// of hashes), <c>org:{id}:limits</c> (hash). Of a key there is never more than its SHA-256.
/// </summary>
internal static class KeyLayout
{
    /// <summary>Up to where the changes of the database have been brought here; absent in a Redis that is empty.</summary>
    public static readonly RedisKey Position = "switchboard:access:position";

    /// <summary>Set at the beginning of filling: what has gone when the filling ends, was emptied meanwhile.</summary>
    public static readonly RedisKey Filling = "switchboard:access:filling";

    /// <summary>Puts a key in unless a newer state is there, or, with 1 as the last argument, in any case.</summary>
    public const string KeepScript =
        """
        local known = redis.call('hget', KEYS[1], 'version')
        if known and tonumber(known) >= tonumber(ARGV[1]) and ARGV[5] ~= '1' then return 0 end
        redis.call('hmset', KEYS[1], 'version', ARGV[1], 'org', ARGV[2], 'state', ARGV[3])
        redis.call('sadd', KEYS[2], ARGV[4])
        return 1
        """;

    /// <summary>The same for limits: fields and values after the version.</summary>
    public const string LimitScript =
        """
        local known = redis.call('hget', KEYS[1], 'version')
        if known and tonumber(known) >= tonumber(ARGV[1]) and ARGV[2] ~= '1' then return 0 end
        redis.call('del', KEYS[1])
        redis.call('hset', KEYS[1], 'version', ARGV[1])
        for i = 3, #ARGV, 2 do redis.call('hset', KEYS[1], ARGV[i], ARGV[i + 1]) end
        return 1
        """;

    /// <summary>Sets a key only where another one is.</summary>
    public const string SetIfThereScript =
        "if redis.call('exists', KEYS[1]) == 0 then return 0 end redis.call('set', KEYS[2], ARGV[1]) return 1";

    public static RedisKey Key(string hash) => "apikey:" + hash;

    public static RedisKey KeysOf(Guid orgId) => $"org:{orgId}:api_keys";

    public static RedisKey LimitsOf(Guid orgId) => $"org:{orgId}:limits";

    /// <summary>Sends a key; the task is the answer.</summary>
    public static Task KeepAsync(IDatabaseAsync database, KeySnapshot key, bool force) => database.ScriptEvaluateAsync(
        KeepScript,
        [Key(key.Hash), KeysOf(key.OrgId)],
        [
            key.Version, key.OrgId.ToString(), JsonSerializer.SerializeToUtf8Bytes(key, SharedKeyJson.Default.KeySnapshot), key.Hash,
            force ? 1 : 0,
        ]);

    /// <summary>Sends limits; the task is the answer.</summary>
    public static Task KeepAsync(IDatabaseAsync database, LimitRow row, bool force)
    {
        List<RedisValue> values = [row.Version, force ? 1 : 0];
        Add("live", row.Live);
        Add("files", row.Files);
        Add("requests_per_second", row.RequestsPerSecond);
        Add("seconds_per_month", row.SecondsPerMonth);
        return database.ScriptEvaluateAsync(LimitScript, [LimitsOf(row.OrgId)], [.. values]);

        void Add(string name, long? value)
        {
            if (value is { } number)
            {
                values.Add(name);
                values.Add(number.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    /// <summary>A key from its <c>state</c>; null when it is not one.</summary>
    public static KeySnapshot? Read(RedisValue state, string hash)
    {
        if (state.IsNullOrEmpty)
        {
            return null;
        }

        try
        {
            var key = JsonSerializer.Deserialize((byte[])state!, SharedKeyJson.Default.KeySnapshot);
            return key?.Hash == hash ? key : null;
        }
        catch (JsonException)
        {
            // Not written by this release: the grain knows better.
            return null;
        }
    }
}

/// <summary>An organisation's own limits as they are shared; null is the configured default.</summary>
internal sealed record LimitRow(Guid OrgId, long Version, int? Live, int? Files, int? RequestsPerSecond, long? SecondsPerMonth);

/// <summary>How a key is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KeySnapshot))]
internal sealed partial class SharedKeyJson : JsonSerializerContext;
