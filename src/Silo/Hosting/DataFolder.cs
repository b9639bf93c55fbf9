using System.Globalization;

namespace Switchboard.Silo.Hosting;

/// <summary>
/// The folder of one instance. While it is held, no other process can hold it, and <c>silo.pid</c> names the holder (process id
/// and its start time in clock ticks, because ids are given again), by which <c>./dev down</c> finds it.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held) => (Path, _lock) = (path, held);

    /// <summary>The folder.</summary>
    public string Path { get; }

    private string PidFile => File("silo.pid");

    private string ReadyFile => File("silo.ready");

    /// <summary>Takes the folder, making it when it is missing.</summary>
    /// <exception cref="StartupFailedException">Another process holds it, or it cannot be written.</exception>
    public static DataFolder Claim(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(path);
            var held = new FileStream(System.IO.Path.Combine(path, ".switchboard"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var folder = new DataFolder(path, held);
            System.IO.File.Delete(folder.ReadyFile);
            System.IO.File.WriteAllText(folder.PidFile, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} {StartTicks()}\n"));
            return folder;
        }
        catch (UnauthorizedAccessException error)
        {
            throw new StartupFailedException($"The data folder '{path}' cannot be written: {error.Message}. Set Data:Directory to another one.", error);
        }
        catch (IOException error)
        {
            var pidFile = System.IO.Path.Combine(path, "silo.pid");
            var holder = System.IO.File.Exists(pidFile) ? System.IO.File.ReadAllText(pidFile).Split(' ')[0] : "unknown";
            throw new StartupFailedException(
                $"Switchboard already runs on the data folder '{path}' (process {holder}). Use that one, stop it, or set Data:Directory to another folder.",
                error);
        }
    }

    /// <summary>A file's path in the folder.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes the line that says where to go, for whoever waits for it.</summary>
    public void MarkReady(string line)
    {
        var temporary = File("silo.ready.new");
        System.IO.File.WriteAllText(temporary, line + "\n");
        System.IO.File.Move(temporary, ReadyFile, overwrite: true);
    }

    public void Dispose()
    {
        System.IO.File.Delete(ReadyFile);
        System.IO.File.Delete(PidFile);
        _lock.Dispose();
    }

    // Field 22 of /proc/PID/stat; the second field may hold blanks and brackets.
    private static string StartTicks()
    {
        const string stat = "/proc/self/stat";
        if (!System.IO.File.Exists(stat))
        {
            return "0";
        }

        var text = System.IO.File.ReadAllText(stat);
        return text[(text.LastIndexOf(')') + 2)..].Split(' ')[19];
    }
}
