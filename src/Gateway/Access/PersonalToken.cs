using System.Security.Cryptography;

namespace Switchboard.Gateway.Access;

/// <summary>The text of a personal token: a prefix by which scanners of leaked secrets know it, a part by which people know it, the secret.</summary>
internal static class PersonalToken
{
    /// <summary>What every token begins with.</summary>
    public const string Prefix = "sbpat_";

    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int PublicLetters = 10;
    private const int SecretLetters = 43;

    /// <summary>How much of the text is no secret.</summary>
    public static int PublicLength => Prefix.Length + PublicLetters;

    /// <summary>A new one, of 256 bits of chance beside its public part.</summary>
    public static string New() => $"{Prefix}{RandomNumberGenerator.GetString(Letters, PublicLetters)}_{RandomNumberGenerator.GetString(Letters, SecretLetters)}";
}
