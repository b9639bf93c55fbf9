using System.Globalization;
using System.Security.Cryptography;

namespace Switchboard.Storage.PrivateServer;

/// <summary>A PostgreSQL data folder: how it is made, and the settings that we keep beside its own.</summary>
internal static class PostgresCluster
{
    /// <summary>The database superuser of every data folder that we make.</summary>
    public const string Superuser = "switchboard";

    /// <summary>The settings file of ours that the data folder's <c>postgresql.conf</c> includes.</summary>
    private const string OurSettings = "switchboard.conf";

    /// <summary>Bytes that a socket's path may have (<c>sun_path</c> of Linux is 108 with the final zero).</summary>
    private const int LongestSocketPath = 107;

    /// <summary>The version that the data folder was made with, or null when there is none yet.</summary>
    public static int? MajorOf(string dataFolder)
    {
        var file = Path.Combine(dataFolder, "PG_VERSION");
        return File.Exists(file) ? int.Parse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture) : null;
    }

    /// <summary>
    /// Makes a data folder. Local connections need no password, since only the account (and root) may enter the socket's
    /// folder; those over TCP need the one in <paramref name="passwordFile"/>.
    /// </summary>
    public static async Task InitialiseAsync(
        PostgresBinaries binaries, ServerAccount account, string dataFolder, string passwordFile, bool sync, CancellationToken cancellationToken)
    {
        await WritePasswordAsync(account, passwordFile, cancellationToken);

        // Into a folder of another name first: a start that is killed halfway leaves nothing that looks like a data folder.
        var unfinished = dataFolder + ".unfinished";
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true);
        }

        await account.CreateFolderAsync(unfinished, cancellationToken);
        string[] arguments =
        [
            "--pgdata", unfinished, "--username", Superuser, "--pwfile", passwordFile, "--encoding=UTF8", "--locale=C.UTF-8",
            "--auth-local=trust", "--auth-host=scram-sha-256", "--no-instructions", .. sync ? Array.Empty<string>() : ["--no-sync"],
        ];
        var made = await account.RunAsync(binaries["initdb"], arguments, cancellationToken);
        if (made.ExitCode != 0)
        {
            throw new PrivatePostgresException($"initdb could not make a data folder in '{dataFolder}':\n{made.Text}");
        }

        await File.AppendAllTextAsync(
            Path.Combine(unfinished, "postgresql.conf"), $"\ninclude_if_exists = '{OurSettings}'\n", cancellationToken);
        Directory.Move(unfinished, dataFolder);
    }

    /// <summary>Writes our settings; they take effect with the next start.</summary>
    public static async Task WriteSettingsAsync(
        string dataFolder, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var lines = settings.Select(pair =>
            $"{pair.Key} = '{pair.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'\n");
        var file = Path.Combine(dataFolder, OurSettings);
        await File.WriteAllTextAsync(file, string.Concat(lines), cancellationToken);

        // As root we own it; the server must be able to read it whatever our umask is.
        UnixMode.Set(file, UnixMode.Readable);
    }

    /// <summary>Refuses a folder in which a socket's path would be too long for the system.</summary>
    public static void EnsureSocketFits(string socketFolder, int port)
    {
        var path = Path.Combine(socketFolder, string.Create(CultureInfo.InvariantCulture, $".s.PGSQL.{port}"));
        var length = System.Text.Encoding.UTF8.GetByteCount(path);
        if (length > LongestSocketPath)
        {
            throw new PrivatePostgresException(
                $"The socket path '{path}' has {length} bytes; the system allows {LongestSocketPath}. Choose a shorter folder for the socket.");
        }
    }

    private static async Task WritePasswordAsync(ServerAccount account, string file, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(file, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)), cancellationToken);
        UnixMode.Set(file, UnixMode.OwnerOnly);
        if (account.Name is { } name)
        {
            var changed = await HostCommand.RunAsync("chown", [name, file], null, cancellationToken);
            if (changed.ExitCode != 0)
            {
                throw new PrivatePostgresException($"The file '{file}' could not be given to user '{name}': {changed.Text}");
            }
        }
    }
}
