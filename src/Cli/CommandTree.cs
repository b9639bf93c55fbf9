using System.CommandLine;
using Switchboard.Cli.Connections;
using Switchboard.Cli.DeadLetters;
using Switchboard.Cli.Output;
using Switchboard.Cli.Rebuilds;
using Switchboard.Cli.Redis;
using Switchboard.Cli.Search;
using Switchboard.Cli.Speech;
using Switchboard.Cli.Streams;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Search.Elasticsearch;

namespace Switchboard.Cli;

/// <summary>All commands of <c>case-cli</c>.</summary>
internal static class CommandTree
{
    /// <summary>Runs a command line.</summary>
    /// <returns>See <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        var options = new GlobalOptions();
        var root = new RootCommand("Looks after a Switchboard instance: events that could not be handled, streams, rebuilds, the relay, the search index.");
        options.AddTo(root);
        var commands = new CommandParts(options, output);
        root.Add(DeadLetterCommands.Create(commands));
        root.Add(StreamCommands.Create(commands));
        root.Add(RelayCommands.Create(commands));
        root.Add(RebuildCommands.Create(commands));
        root.Add(SearchCommands.Create(commands));
        root.Add(RedisCommands.Create(commands));
        root.Add(SpeechCommands.Create(commands));

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await errors.WriteLineAsync($"case-cli: {error.Message}");
            }

            await errors.WriteLineAsync("case-cli: --help after any command says what it takes.");
            return ExitCodes.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false });
        }
        catch (CommandFailedException error)
        {
            await errors.WriteLineAsync($"case-cli: {error.Message}");
            return error.ExitCode;
        }
        catch (Exception error) when (error is StorageUnavailableException or ElasticsearchException)
        {
            await errors.WriteLineAsync($"case-cli: {error.Message}");
            return ExitCodes.Unavailable;
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            await errors.WriteLineAsync($"case-cli: {error.Message}");
            return ExitCodes.Usage;
        }
    }
}

/// <summary>What every command is made of.</summary>
internal sealed record CommandParts(GlobalOptions Options, TextWriter Output)
{
    /// <summary>Runs a command with a connection to the instance and a printer.</summary>
    public void Bind(Command command, Func<Instance, Printer, ParseResult, CancellationToken, Task<int>> run) => command.SetAction(async (parsed, cancellationToken) =>
    {
        await using var instance = await Instance.ConnectAsync(Options, parsed, cancellationToken);
        return await run(instance, new Printer(Output, parsed.GetValue(Options.Json)), parsed, cancellationToken);
    });
}
