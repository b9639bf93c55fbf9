using System.Globalization;

namespace Switchboard.Storage.PrivateServer;

/// <summary>The folder of PostgreSQL's own programs (<c>initdb</c>, <c>pg_ctl</c>, <c>postgres</c>) and their version.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Major">The major version, for example 15.</param>
public sealed record PostgresBinaries(string Folder, int Major)
{
    /// <summary>The oldest version that the schema works with.</summary>
    public const int OldestMajor = 15;

    private static readonly string[] _needed = ["initdb", "pg_ctl", "postgres"];

    /// <summary>The path of one program.</summary>
    public string this[string program] => Path.Combine(Folder, program);

    /// <summary>
    /// Finds them: the configured folder (and no other, when there is one), what <c>pg_config</c> says, the folders of the
    /// Debian, Red Hat, Homebrew and Postgres.app packages, the PATH. The highest version wins, unless
    /// <paramref name="major"/> asks for the one that a data folder was made with.
    /// </summary>
    /// <exception cref="PrivatePostgresException">There are none that fit.</exception>
    public static async Task<PostgresBinaries> FindAsync(string? configured, int? major, CancellationToken cancellationToken)
    {
        var found = new List<PostgresBinaries>();
        var folders = configured is null ? await CandidatesAsync(cancellationToken) : [configured];
        foreach (var folder in folders.Distinct(StringComparer.Ordinal).Where(HasAll))
        {
            if (await MajorOfAsync(folder, cancellationToken) is { } version)
            {
                found.Add(new PostgresBinaries(folder, version));
            }
        }

        var fitting = found.Where(one => major is null ? one.Major >= OldestMajor : one.Major == major).MaxBy(one => one.Major);
        return fitting ?? throw new PrivatePostgresException(Explain(configured, major, found));
    }

    private static string Explain(string? configured, int? major, List<PostgresBinaries> found)
    {
        var wanted = major is null ? $"{OldestMajor} or newer" : $"{major} (the data folder was made with it)";
        var seen = found.Count == 0 ? "none" : string.Join(", ", found.Select(one => $"{one.Major} in {one.Folder}"));
        return configured is null
            ? $"PostgreSQL {wanted} was not found (found: {seen}). Install it (Debian and Ubuntu: apt-get install postgresql; "
                + "Fedora: dnf install postgresql-server postgresql-contrib; macOS: brew install postgresql), "
                + "or configure the folder that holds initdb, pg_ctl and postgres."
            : $"The configured folder '{configured}' does not hold initdb, pg_ctl and postgres of PostgreSQL {wanted} (found: {seen}).";
    }

    private static async Task<List<string>> CandidatesAsync(CancellationToken cancellationToken)
    {
        var folders = new List<string>();
        try
        {
            var answer = await HostCommand.RunAsync("pg_config", ["--bindir"], null, cancellationToken);
            if (answer.ExitCode == 0)
            {
                folders.Add(answer.Output.Trim());
            }
        }
        catch (PrivatePostgresException)
        {
            // Not installed: it comes with the development package.
        }

        foreach (var (parent, pattern, below) in new[]
        {
            ("/usr/lib/postgresql", "*", "bin"),
            ("/usr", "pgsql-*", "bin"),
            ("/opt/homebrew/opt", "postgresql*", "bin"),
            ("/usr/local/opt", "postgresql*", "bin"),
            ("/home/linuxbrew/.linuxbrew/opt", "postgresql*", "bin"),
            ("/Applications/Postgres.app/Contents/Versions", "*", "bin"),
        })
        {
            if (Directory.Exists(parent))
            {
                folders.AddRange(Directory.EnumerateDirectories(parent, pattern).Select(folder => Path.Combine(folder, below)));
            }
        }

        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        folders.AddRange(path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        return folders;
    }

    private static bool HasAll(string folder) => _needed.All(program => File.Exists(Path.Combine(folder, program)));

    private static async Task<int?> MajorOfAsync(string folder, CancellationToken cancellationToken)
    {
        // "postgres (PostgreSQL) 15.18 (Debian ...)"
        var answer = await HostCommand.RunAsync(Path.Combine(folder, "postgres"), ["--version"], null, cancellationToken);
        var version = answer.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(2) ?? "";
        var digits = new string([.. version.TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;
    }
}
