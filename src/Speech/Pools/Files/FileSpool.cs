using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Switchboard.Speech.Pools.Files;

/// <summary>
/// Temporary files for what files' bytes engines have begun to read, bounded for each and for the process. They have no name as soon as
/// they are open: nobody finds them, and nothing is left of them however the process ends. Safe for many threads.
/// </summary>
internal sealed class FileSpool(IOptions<PoolOptions> options, ILogger<FileSpool> log)
{
    private long _used;

    /// <summary>Bytes that lie in all of them.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <summary>A new one, or null when the folder takes none.</summary>
    public SpooledFile? Open()
    {
        try
        {
            var folder = options.Value.SpoolFolder;
            Directory.CreateDirectory(folder);
            var path = Path.Combine(folder, $"switchboard-{Guid.NewGuid():N}.tmp");
            var how = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.Delete,
                BufferSize = 0,
                Options = FileOptions.Asynchronous | (OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None),
            };
            if (!OperatingSystem.IsWindows())
            {
                how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            var stream = new FileStream(path, how);
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(path);
            }

            return new SpooledFile(this, stream);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Failed(error);
            return null;
        }
    }

    internal bool TryTake(long length, int count)
    {
        if (length + count > options.Value.SpoolBytes)
        {
            return false;
        }

        if (Interlocked.Add(ref _used, count) <= options.Value.SpoolTotalBytes)
        {
            return true;
        }

        GiveBack(count);
        return false;
    }

    internal void GiveBack(long count) => Interlocked.Add(ref _used, -count);

    internal void Failed(Exception error) => log.NotSpooled(options.Value.SpoolFolder, error.Message);
}

/// <summary>What is kept of a file. One writer at a time, any readers of what is written.</summary>
internal sealed class SpooledFile(FileSpool spool, FileStream stream) : IDisposable
{
    private long _length;

    /// <summary>Adds bytes; false when there is no room for them.</summary>
    public async ValueTask<bool> AppendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (!spool.TryTake(_length, bytes.Length))
        {
            return false;
        }

        var at = _length;
        _length += bytes.Length;
        try
        {
            await RandomAccess.WriteAsync(stream.SafeFileHandle, bytes, at);
            return true;
        }
        catch (IOException error)
        {
            spool.Failed(error);
            return false;
        }
    }

    /// <summary>Reads bytes that were added.</summary>
    public ValueTask<int> ReadAsync(long at, Memory<byte> buffer, CancellationToken cancellationToken) =>
        RandomAccess.ReadAsync(stream.SafeFileHandle, buffer, at, cancellationToken);

    public void Dispose()
    {
        spool.GiveBack(Interlocked.Exchange(ref _length, 0));
        stream.Dispose();
    }
}
