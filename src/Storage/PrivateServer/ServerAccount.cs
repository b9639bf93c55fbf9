namespace Switchboard.Storage.PrivateServer;

/// <summary>The account that PostgreSQL runs as: our own, or an unprivileged one when we are root.</summary>
/// <param name="name">The account to change to, or null to stay who we are.</param>
internal sealed class ServerAccount(string? name)
{
    /// <summary>The account to change to, or null.</summary>
    public string? Name { get; } = name;

    /// <summary>Our own account, unless we are root: then the given one.</summary>
    public static ServerAccount Choose(string whenRoot) => new(Environment.IsPrivilegedProcess ? whenRoot : null);

    /// <summary>Makes a folder that only the account may enter, and the folders above it.</summary>
    public async Task CreateFolderAsync(string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? path);
        if (Name is null)
        {
            UnixMode.CreateFolder(path);
            return;
        }

        var made = await HostCommand.RunAsync("install", ["-d", "-m", "0700", "-o", Name, path], null, cancellationToken);
        if (made.ExitCode != 0)
        {
            throw new PrivatePostgresException(
                $"The folder '{path}' could not be made for user '{Name}': {made.Text}. Install PostgreSQL (its package makes the user), "
                + "or name another account.");
        }
    }

    /// <summary>Runs a program as the account.</summary>
    public Task<HostCommand.Result> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        HostCommand.RunAsync(program, arguments, Name, cancellationToken);

    /// <summary>The topmost folder on the way to <paramref name="path"/> that the account may not enter, or null when it can get there.</summary>
    public async Task<string?> FindObstacleAsync(string path, CancellationToken cancellationToken)
    {
        if (Name is null)
        {
            return null;
        }

        // Asked as the account itself: modes, groups and access lists all count.
        const string firstClosed = """for folder; do if [ -e "$folder" ] && [ ! -x "$folder" ]; then printf %s "$folder"; exit; fi; done""";
        var parents = new Stack<string>();
        for (var folder = Path.GetDirectoryName(Path.GetFullPath(path)); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            parents.Push(folder);
        }

        var answer = await RunAsync("/bin/sh", ["-c", firstClosed, "sh", .. parents], cancellationToken);
        return answer.Output.Length == 0 ? null : answer.Output;
    }

    /// <summary>Fails with the folder that is in the way, and what to do about it.</summary>
    public async Task EnsureReachableAsync(string path, CancellationToken cancellationToken)
    {
        if (await FindObstacleAsync(path, cancellationToken) is { } obstacle)
        {
            throw new PrivatePostgresException(
                $"User '{Name}', which must run PostgreSQL because we are root, cannot get to '{path}': the folder '{obstacle}' is closed to it. "
                + $"Choose a data folder elsewhere (for example below /var/lib), or open the folder with: chmod o+x '{obstacle}'");
        }
    }
}
