using System.Buffers.Text;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Switchboard.Grains.Speech.Access;

namespace Switchboard.Gateway.Speech.Access;

/// <summary>What a short-lived token says.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="KeyId">The key that it was asked for with.</param>
/// <param name="ExpiresAt">From when on it opens nothing.</param>
internal readonly record struct TokenClaims(Guid OrgId, Guid KeyId, DateTimeOffset ExpiresAt);

/// <summary>
/// Signs and checks short-lived tokens: JWT with HMAC-SHA256 and no other algorithm. The secret is changed every
/// <see cref="Rotation"/>; the one before it still verifies. Safe for many threads.
/// </summary>
internal sealed class SpeechTokens(ITokenKeys keys, TimeProvider time) : IDisposable
{
    /// <summary>How long a secret signs.</summary>
    public static readonly TimeSpan Rotation = TimeSpan.FromHours(24);

    /// <summary>The longest life of a token.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(1);

    private const string Audience = "switchboard-speech";
    private const int LongestToken = 2048;

    private static readonly TimeSpan _freshness = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _shortestReload = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _loading = new(1, 1);
    private volatile Ring _ring = new([], null);

    /// <summary>Whether a secret has the form of a token.</summary>
    public static bool IsToken(ReadOnlySpan<char> secret) => secret.StartsWith("eyJ", StringComparison.Ordinal) && secret.Count('.') == 2;

    /// <summary>A new token.</summary>
    public async ValueTask<string> IssueAsync(Guid orgId, Guid keyId, TimeSpan life, CancellationToken cancellationToken)
    {
        if (life <= TimeSpan.Zero || life > LongestLife)
        {
            throw new ArgumentOutOfRangeException(nameof(life), life, $"A token lives for more than 0 and at most {LongestLife}.");
        }

        var ring = await RingAsync(_freshness, cancellationToken);
        var now = time.GetUtcNow();
        var text = $"{Encode(json => Header(json, ring.Keys[0].Id))}.{Encode(json => Claims(json, orgId, keyId, now, life))}";
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Sign(ring.Keys[0], text, signature);
        return $"{text}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>What a token says, or null when it was not issued here, was changed, or has expired.</summary>
    public async ValueTask<TokenClaims?> CheckAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length > LongestToken || Part(token, 0) is not { } header || KeyIdOf(header) is not { } keyId)
        {
            return null;
        }

        var ring = await RingAsync(_freshness, cancellationToken);
        var key = ring.Keys.FirstOrDefault(one => one.Id == keyId)
            ?? (await RingAsync(_shortestReload, cancellationToken)).Keys.FirstOrDefault(one => one.Id == keyId);
        return key is not null && IsSigned(token, key) && Part(token, 1) is { } body ? ReadClaims(body) : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _loading.Dispose();

    private static bool IsSigned(string token, TokenKey key)
    {
        var end = token.LastIndexOf('.');
        Span<byte> shown = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (!Base64Url.TryDecodeFromChars(token.AsSpan(end + 1), shown, out var written) || written != shown.Length)
        {
            return false;
        }

        Span<byte> right = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Sign(key, token.AsSpan(0, end), right);
        return CryptographicOperations.FixedTimeEquals(shown, right);
    }

    private static void Sign(TokenKey key, ReadOnlySpan<char> text, Span<byte> signature) =>
        HMACSHA256.HashData(ImmutableCollectionsMarshal.AsArray(key.Secret), Encoding.ASCII.GetBytes(text.ToArray()), signature);

    private static byte[]? Part(string token, int number)
    {
        var from = number == 0 ? 0 : token.IndexOf('.') + 1;
        var text = token.AsSpan(from, token.IndexOf('.', from) - from);
        try
        {
            return Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static Guid? KeyIdOf(byte[] header)
    {
        try
        {
            using var json = JsonDocument.Parse(header);
            return json.RootElement is { ValueKind: JsonValueKind.Object } root
                && Text(root, "alg") == "HS256" && Guid.TryParseExact(Text(root, "kid"), "N", out var id) ? id : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private TokenClaims? ReadClaims(byte[] body)
    {
        using var json = JsonDocument.Parse(body);
        var root = json.RootElement;
        var expires = DateTimeOffset.FromUnixTimeSeconds(root.GetProperty("exp").GetInt64());
        return Text(root, "aud") == Audience && time.GetUtcNow() < expires
            ? new TokenClaims(Guid.ParseExact(Text(root, "org")!, "N"), Guid.ParseExact(Text(root, "sub")!, "N"), expires)
            : null;
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Encode(Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Base64Url.EncodeToString(buffer.WrittenSpan);
    }

    private static void Header(Utf8JsonWriter json, Guid keyId)
    {
        json.WriteString("alg"u8, "HS256"u8);
        json.WriteString("typ"u8, "JWT"u8);
        json.WriteString("kid"u8, keyId.ToString("N"));
    }

    private static void Claims(Utf8JsonWriter json, Guid orgId, Guid keyId, DateTimeOffset now, TimeSpan life)
    {
        json.WriteString("aud"u8, Audience);
        json.WriteString("sub"u8, keyId.ToString("N"));
        json.WriteString("org"u8, orgId.ToString("N"));
        json.WriteString("scope"u8, "usage:write"u8);
        json.WriteNumber("iat"u8, now.ToUnixTimeSeconds());

        // Rounded up: a token of one second lives at least that long.
        json.WriteNumber("exp"u8, (now + life).ToUnixTimeSeconds() + 1);
        json.WriteString("jti"u8, Guid.NewGuid().ToString("N"));
    }

    private async ValueTask<Ring> RingAsync(TimeSpan freshness, CancellationToken cancellationToken)
    {
        var ring = _ring;
        if (IsFresh(ring, freshness))
        {
            return ring;
        }

        await _loading.WaitAsync(cancellationToken);
        try
        {
            if (!IsFresh(_ring, freshness))
            {
                var now = time.GetUtcNow();
                var loadedAt = time.GetTimestamp();
                _ring = new Ring(await keys.ListAsync(now - Rotation - LongestLife - _freshness * 2, now - Rotation, cancellationToken), loadedAt);
            }

            return _ring;
        }
        finally
        {
            _loading.Release();
        }
    }

    private bool IsFresh(Ring ring, TimeSpan freshness) => ring.LoadedAt is { } at && time.GetElapsedTime(at) < freshness;

    private sealed record Ring(ImmutableArray<TokenKey> Keys, long? LoadedAt);
}
