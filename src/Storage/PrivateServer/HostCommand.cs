using System.ComponentModel;
using System.Diagnostics;

namespace Switchboard.Storage.PrivateServer;

/// <summary>Runs one program of the host to its end, as ourselves or as another account, and gives its output.</summary>
internal static class HostCommand
{
    /// <summary>What a program left behind.</summary>
    internal sealed record Result(int ExitCode, string Output, string Error)
    {
        /// <summary>Both outputs, for a message to a person.</summary>
        public string Text => string.Join('\n', new[] { Output.Trim(), Error.Trim() }.Where(text => text.Length > 0));
    }

    /// <summary>Runs it. Nothing of our own environment that steers PostgreSQL's programs (<c>PG*</c>) reaches it.</summary>
    /// <exception cref="PrivatePostgresException">The program or the account does not exist.</exception>
    public static async Task<Result> RunAsync(string program, IEnumerable<string> arguments, string? account, CancellationToken cancellationToken)
    {
        using var process = new Process { StartInfo = Describe(program, arguments, account) };
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            throw new PrivatePostgresException(
                $"'{program}' could not be started{(account is null ? "" : $" as user '{account}'")}: {error.Message}.", error);
        }

        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new Result(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>The start information with the rules of <see cref="RunAsync"/>, for programs that outlive a call.</summary>
    public static ProcessStartInfo Describe(string program, IEnumerable<string> arguments, string? account)
    {
        // The working directory must be one that the other account may enter.
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = "/",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (account is not null)
        {
            start.UserName = account;
        }

        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        // We look for words in the messages.
        start.Environment["LC_ALL"] = "C";
        return start;
    }
}
