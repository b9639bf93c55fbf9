using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Switchboard.Grains.Deliveries;

/// <summary>
/// Seals secrets for the database with AES-256-GCM under a key that is not in it. What was sealed for one owner (a webhook, an
/// organisation, a request) cannot be opened for another. Layout: format (1), id of the key (4), nonce (12), tag (16), text.
/// </summary>
public sealed class SecretBox
{
    /// <summary>A key's length in bytes.</summary>
    public const int KeyLength = 32;

    private const byte Format = 1;
    private const int NonceAt = 5;
    private const int TagAt = NonceAt + 12;
    private const int TextAt = TagAt + 16;

    private readonly byte[][] _keys;

    /// <summary>A box with its present key first, then keys that only open.</summary>
    public SecretBox(params byte[][] keys) => _keys = keys;

    /// <summary>Whether there is a key at all.</summary>
    public bool HasKey => _keys.Length > 0;

    /// <summary>Seals a secret of an owner.</summary>
    /// <exception cref="InvalidOperationException">There is no key.</exception>
    public byte[] Seal(Guid ownerId, string secret)
    {
        if (!HasKey)
        {
            throw new InvalidOperationException("There is no key to seal secrets with; set Webhooks:SecretKey.");
        }

        var key = _keys[0];
        var text = Encoding.UTF8.GetBytes(secret);
        var sealedSecret = new byte[TextAt + text.Length];
        sealedSecret[0] = Format;
        BinaryPrimitives.WriteUInt32BigEndian(sealedSecret.AsSpan(1), IdOf(key));
        RandomNumberGenerator.Fill(sealedSecret.AsSpan(NonceAt, TagAt - NonceAt));
        using var aes = new AesGcm(key, TextAt - TagAt);
        aes.Encrypt(
            sealedSecret.AsSpan(NonceAt, TagAt - NonceAt), text, sealedSecret.AsSpan(TextAt), sealedSecret.AsSpan(TagAt, TextAt - TagAt),
            ownerId.ToByteArray());
        return sealedSecret;
    }

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <exception cref="InvalidOperationException">It was sealed under a key that is not here, for another owner, or is damaged.</exception>
    public string Open(Guid ownerId, ReadOnlySpan<byte> sealedSecret)
    {
        if (sealedSecret.Length <= TextAt || sealedSecret[0] != Format)
        {
            throw new InvalidOperationException($"What is sealed for {ownerId} has an unknown form.");
        }

        var id = BinaryPrimitives.ReadUInt32BigEndian(sealedSecret[1..]);
        var key = Array.Find(_keys, key => IdOf(key) == id)
            ?? throw new InvalidOperationException(
                $"The secret of {ownerId} was sealed under another key; set Webhooks:SecretKey (or PreviousSecretKey) to that key, or rotate the secret.");
        var text = new byte[sealedSecret.Length - TextAt];
        using var aes = new AesGcm(key, TextAt - TagAt);
        try
        {
            aes.Decrypt(sealedSecret[NonceAt..TagAt], sealedSecret[TextAt..], sealedSecret[TagAt..TextAt], text, ownerId.ToByteArray());
        }
        catch (AuthenticationTagMismatchException error)
        {
            throw new InvalidOperationException($"The stored secret of {ownerId} is damaged or of another owner; rotate it.", error);
        }

        return Encoding.UTF8.GetString(text);
    }

    private static uint IdOf(byte[] key) => BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(key));
}
