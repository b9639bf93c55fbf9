using System.Runtime.InteropServices;

namespace Switchboard.Storage.Files;

/// <summary>
/// Makes a new name in a folder last through a loss of power: on Unix that takes a flush of the folder itself (fsync(2)), for which .NET
/// has no call. Windows keeps such changes in its journal.
/// </summary>
internal static class FolderSync
{
    private const int ReadOnly = 0;

    /// <summary>Flushes the folder's entries.</summary>
    /// <exception cref="IOException">It could not be done: the new name may not last.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var handle = Open(folder, ReadOnly);
        if (handle < 0)
        {
            throw Failed(folder);
        }

        try
        {
            if (Sync(handle) != 0)
            {
                throw Failed(folder);
            }
        }
        finally
        {
            Close(handle);
        }
    }

    private static IOException Failed(string folder) => new($"The folder '{folder}' could not be flushed: {Marshal.GetLastPInvokeErrorMessage()}.");

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int handle);
}
