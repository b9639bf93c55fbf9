using System.Buffers.Text;
using System.Text;

namespace Orleans.Runtime;

/// <summary>
/// Integer and Guid keys in their text form: a long is upper-case hexadecimal, a Guid 32 lower-case digits, a compound key adds
/// <c>+extension</c>.
/// </summary>
public static class GrainIdKeyExtensions
{
    private const byte Plus = (byte)'+';

    /// <summary>The key of a <see cref="Guid"/>.</summary>
    public static IdSpan CreateGuidKey(Guid key) => CreateGuidKey(key, default(ReadOnlySpan<byte>));

    /// <summary>The key of a <see cref="Guid"/> and an extension; a blank extension is none.</summary>
    public static IdSpan CreateGuidKey(Guid key, string? keyExtension) => CreateGuidKey(key, Extension(keyExtension));

    /// <summary>The key of a <see cref="Guid"/> and an extension in UTF-8.</summary>
    public static IdSpan CreateGuidKey(Guid key, ReadOnlySpan<byte> keyExtension)
    {
        Span<byte> text = stackalloc byte[32];
        key.TryFormat(text, out _, "N");
        return Join(text, keyExtension);
    }

    /// <summary>The key of a <see cref="long"/>.</summary>
    public static IdSpan CreateIntegerKey(long key) => CreateIntegerKey(key, default(ReadOnlySpan<byte>));

    /// <summary>The key of a <see cref="long"/> and an extension; a blank extension is none.</summary>
    public static IdSpan CreateIntegerKey(long key, string? keyExtension) => CreateIntegerKey(key, Extension(keyExtension));

    /// <summary>The key of a <see cref="long"/> and an extension in UTF-8.</summary>
    public static IdSpan CreateIntegerKey(long key, ReadOnlySpan<byte> keyExtension)
    {
        Span<byte> text = stackalloc byte[16];
        Utf8Formatter.TryFormat(key, text, out var length, 'X');
        return Join(text[..length], keyExtension);
    }

    /// <summary>Reads a Guid key.</summary>
    public static bool TryGetGuidKey(this GrainId grainId, out Guid key, out string? keyExt)
    {
        var text = Split(grainId, out keyExt);
        if (text.Length == 32 && Utf8Parser.TryParse(text, out key, out var length, 'N') && length == 32)
        {
            return true;
        }

        key = default;
        return false;
    }

    /// <summary>Reads an integer key.</summary>
    public static bool TryGetIntegerKey(this GrainId grainId, out long key, out string? keyExt)
    {
        var text = Split(grainId, out keyExt);
        return Utf8Parser.TryParse(text, out key, out var length, 'X') && length == text.Length;
    }

    /// <summary>Reads a Guid key.</summary>
    /// <exception cref="ArgumentException">The key has another form.</exception>
    public static Guid GetGuidKey(this GrainId grainId) => grainId.GetGuidKey(out _);

    /// <summary>Reads a Guid key.</summary>
    /// <exception cref="ArgumentException">The key has another form.</exception>
    public static Guid GetGuidKey(this GrainId grainId, out string? keyExt) =>
        grainId.TryGetGuidKey(out var key, out keyExt)
            ? key
            : throw new ArgumentException($"\"{grainId}\" has no Guid key: 32 hexadecimal digits are expected.", nameof(grainId));

    /// <summary>Reads an integer key.</summary>
    /// <exception cref="ArgumentException">The key has another form.</exception>
    public static long GetIntegerKey(this GrainId grainId) => grainId.GetIntegerKey(out _);

    /// <summary>Reads an integer key.</summary>
    /// <exception cref="ArgumentException">The key has another form.</exception>
    public static long GetIntegerKey(this GrainId grainId, out string? keyExt) =>
        grainId.TryGetIntegerKey(out var key, out keyExt)
            ? key
            : throw new ArgumentException($"\"{grainId}\" has no integer key: hexadecimal digits are expected.", nameof(grainId));

    private static ReadOnlySpan<byte> Extension(string? extension) =>
        string.IsNullOrWhiteSpace(extension) ? default : Encoding.UTF8.GetBytes(extension);

    private static IdSpan Join(ReadOnlySpan<byte> key, ReadOnlySpan<byte> extension) =>
        new(extension.IsEmpty ? key.ToArray() : [.. key, Plus, .. extension]);

    private static ReadOnlySpan<byte> Split(GrainId id, out string? extension)
    {
        var text = id.Key.AsSpan();
        var plus = text.IndexOf(Plus);
        extension = plus < 0 ? null : Encoding.UTF8.GetString(text[(plus + 1)..]);
        return plus < 0 ? text : text[..plus];
    }
}
