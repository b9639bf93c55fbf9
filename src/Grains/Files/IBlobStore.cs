namespace Switchboard.Grains.Files;

/// <summary>
/// Keeps files by name. A file is there whole or not at all, and once <see cref="PutAsync"/> has returned it survives a crash. Safe for
/// use by many at once, in several processes; of two that write one name the later stays.
/// </summary>
public interface IBlobStore
{
    /// <summary>Writes a file, in the place of one of the same name.</summary>
    /// <param name="name">See <see cref="BlobName"/>.</param>
    /// <param name="content">Read to its end from where it stands; stays open.</param>
    /// <param name="contentType">A media type.</param>
    /// <param name="cancellationToken">Gives up; what was there before stays.</param>
    /// <exception cref="ArgumentException">The name is none.</exception>
    ValueTask PutAsync(string name, Stream content, string contentType, CancellationToken cancellationToken);

    /// <summary>Opens a file to be read, or gives null when there is none. It can be read to its end whatever happens to the name meanwhile.</summary>
    ValueTask<Blob?> OpenAsync(string name, CancellationToken cancellationToken);

    /// <summary>The files whose names begin with a text, in the order of their names (by bytes).</summary>
    IAsyncEnumerable<BlobInfo> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Deletes a file; false when there was none.</summary>
    ValueTask<bool> DeleteAsync(string name, CancellationToken cancellationToken);
}

/// <summary>An open file.</summary>
/// <param name="Content">From the beginning; closed with this.</param>
/// <param name="ContentType">As it was written.</param>
/// <param name="Length">Bytes.</param>
public sealed record Blob(Stream Content, string ContentType, long Length) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}

/// <summary>A file in a listing.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Length">Bytes.</param>
/// <param name="ModifiedAt">When it was last written.</param>
public sealed record BlobInfo(string Name, long Length, DateTimeOffset ModifiedAt);

/// <summary>
/// Names of files: parts of letters, digits, <c>.</c>, <c>_</c>, <c>-</c>, <c>=</c>, put together with <c>/</c>; no part begins with a dot; at most
/// 500 characters, 200 a part. No name is the folder of another (<c>a</c> and <c>a/b</c>). Such a name is a path in a folder, a key in a bucket, and part of an address without escapes.
/// </summary>
public static class BlobName
{
    /// <summary>The most characters.</summary>
    public const int MaxLength = 500;

    private const int MaxPart = 200;

    /// <summary>Whether a text is a name.</summary>
    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && name.Split('/').All(static part => part.Length is > 0 and <= MaxPart && part[0] != '.' && part.All(IsAllowed));

    /// <summary>Refuses what is no name.</summary>
    /// <exception cref="ArgumentException">The name is none.</exception>
    public static void Check(string name)
    {
        if (!IsValid(name))
        {
            throw new ArgumentException(
                $"'{name}' is no file's name: parts of letters, digits, '.', '_', '-' and '=', none beginning with a dot, put together with '/', "
                + $"at most {MaxLength} characters.",
                nameof(name));
        }
    }

    private static bool IsAllowed(char character) => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-' or '=';
}
