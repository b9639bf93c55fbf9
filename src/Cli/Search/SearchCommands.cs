using System.CommandLine;
using Switchboard.Storage.Search;

namespace Switchboard.Cli.Search;

/// <summary><c>case-cli search</c>.</summary>
internal static class SearchCommands
{
    public static Command Create(CommandParts parts)
    {
        var command = new Command("search", "The search index.");
        var rebuild = new Command(
            "rebuild", "Make it anew from the cases' rows, while searches and changes go on. The engine is that of SWITCHBOARD__SEARCH__..., as the silo reads it.");
        parts.Bind(rebuild, static async (instance, printer, _, cancellationToken) =>
        {
            var written = await instance.Get<ISearchRebuild>().RebuildAsync(progress: null, cancellationToken)
                ?? throw new CommandFailedException(ExitCodes.Nothing, "Another process is making the index anew just now.");
            printer.One(("cases", written));
            return ExitCodes.Done;
        });
        command.Add(rebuild);
        return command;
    }
}
