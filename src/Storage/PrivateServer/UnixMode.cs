namespace Switchboard.Storage.PrivateServer;

/// <summary>File modes, on the systems where a private server can run.</summary>
internal static class UnixMode
{
    /// <summary>Only the owner reads and writes.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Everybody who gets to the file may read it.</summary>
    public const UnixFileMode Readable = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Sets a file's mode.</summary>
    public static void Set(string file, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            throw NotHere();
        }

        File.SetUnixFileMode(file, mode);
    }

    /// <summary>Makes a folder that only we may enter.</summary>
    public static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            throw NotHere();
        }

        Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
    }

    private static PrivatePostgresException NotHere() => new(
        "A private PostgreSQL runs on Linux and macOS. On Windows install PostgreSQL and configure its connection strings.");
}
