using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Files;

namespace Switchboard.Storage.Files;

/// <summary>
/// Files in a folder. A file is written beside the others under a name that nobody lists, flushed, and then given its own name, which
/// is one step for the file system. Its media type lies in a tree of its own, written first, so that no file is ever without one.
/// </summary>
internal sealed class FolderBlobStore(IOptions<FilesOptions> options) : IBlobStore
{
    private const string Types = ".types";
    private const string Unfinished = ".unfinished";
    private const string Unknown = "application/octet-stream";
    private readonly Lazy<string> _root = new(() => Path.GetFullPath(options.Value.Store));

    /// <inheritdoc/>
    public async ValueTask PutAsync(string name, Stream content, string contentType, CancellationToken cancellationToken)
    {
        BlobName.Check(name);
        using (var type = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(contentType)))
        {
            await WriteAsync(TypeOf(name), type, cancellationToken);
        }

        await WriteAsync(PathOf(name), content, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<Blob?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        BlobName.Check(name);
        FileStream content;
        try
        {
            content = new FileStream(PathOf(name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024, FileOptions.Asynchronous);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException && !File.Exists(PathOf(name)))
        {
            return null;
        }

        var type = File.Exists(TypeOf(name)) ? await File.ReadAllTextAsync(TypeOf(name), cancellationToken) : Unknown;
        return new Blob(content, type, content.Length);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var file in Walk(_root.Value, "", prefix))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return file;
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        BlobName.Check(name);
        if (!File.Exists(PathOf(name)))
        {
            return ValueTask.FromResult(false);
        }

        File.Delete(PathOf(name));
        FolderSync.Flush(Path.GetDirectoryName(PathOf(name))!);
        File.Delete(TypeOf(name));
        return ValueTask.FromResult(true);
    }

    private async Task WriteAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(path)!;
        CreateFolder(folder);
        CreateFolder(Path.Combine(_root.Value, Unfinished));
        var unfinished = Path.Combine(_root.Value, Unfinished, Guid.NewGuid().ToString("N"));
        try
        {
            await using (var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, 64 * 1024, FileOptions.Asynchronous))
            {
                await content.CopyToAsync(file, cancellationToken);
                await file.FlushAsync(cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
            FolderSync.Flush(folder);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>Each new folder's own entry must last, too.</summary>
    private static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(folder)!;
        CreateFolder(parent);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        FolderSync.Flush(parent);
    }

    /// <summary>By bytes, as a bucket lists: a folder stands where its name with the slash would.</summary>
    private static IEnumerable<BlobInfo> Walk(string folder, string name, string prefix)
    {
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        var entries = new DirectoryInfo(folder).EnumerateFileSystemInfos()
            .Where(static entry => !entry.Name.StartsWith('.'))
            .Select(entry => (Entry: entry, Name: name + entry.Name + (entry is DirectoryInfo ? "/" : "")))
            .OrderBy(static pair => pair.Name, StringComparer.Ordinal);
        foreach (var (entry, full) in entries)
        {
            if (entry is FileInfo file)
            {
                if (full.StartsWith(prefix, StringComparison.Ordinal))
                {
                    yield return new BlobInfo(full, file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero));
                }
            }
            else if (full.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(full, StringComparison.Ordinal))
            {
                foreach (var inner in Walk(entry.FullName, full, prefix))
                {
                    yield return inner;
                }
            }
        }
    }

    private string PathOf(string name) => Path.Combine(_root.Value, name);

    private string TypeOf(string name) => Path.Combine(_root.Value, Types, name);
}
