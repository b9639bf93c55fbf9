using System.CommandLine;
using System.Globalization;
using Switchboard.Cli.Connections;
using Switchboard.Streams.Control;

namespace Switchboard.Cli.Streams;

/// <summary><c>case-cli streams</c>.</summary>
internal static class StreamCommands
{
    private static readonly Argument<string> _consumer = new("consumer") { Description = "A flavor, such as timeline." };

    public static Command Create(CommandParts parts)
    {
        var command = new Command("streams", "Who reads what, and how far it has come.");
        command.Add(List(parts));
        command.Add(Pause(parts));
        command.Add(Resume(parts));
        command.Add(Rewind(parts));
        return command;
    }

    private static Command List(CommandParts parts)
    {
        var consumer = new Argument<string?>("consumer") { Description = "One flavor only.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Also what is left of earlier transports, clusters and numbers of queues." };
        var list = new Command("list", "List the queues with their owners and positions.") { consumer, all };
        parts.Bind(list, async (instance, printer, parsed, cancellationToken) =>
        {
            var queues = await QueueView.ReadAsync(instance.Database, parsed.GetValue(consumer), parsed.GetValue(all), cancellationToken);
            printer.Many(queues, "Nobody has read anything yet.", QueueView.Columns);
            return ExitCodes.Done;
        });
        return list;
    }

    private static Command Pause(CommandParts parts)
    {
        var pause = new Command("pause", "Stop a consumer until it is resumed; its lag grows, nothing is lost.") { _consumer };
        parts.Bind(pause, static async (instance, printer, parsed, cancellationToken) =>
        {
            await new StreamControl(instance.Database).PauseAsync(parsed.GetValue(_consumer)!, Instance.By, cancellationToken);
            printer.One(("paused", parsed.GetValue(_consumer)));
            return ExitCodes.Done;
        });
        return pause;
    }

    private static Command Resume(CommandParts parts)
    {
        var resume = new Command("resume", "Let a paused consumer go on where it stopped.") { _consumer };
        parts.Bind(resume, static async (instance, printer, parsed, cancellationToken) =>
        {
            await new StreamControl(instance.Database).ResumeAsync(parsed.GetValue(_consumer)!, Instance.By, cancellationToken);
            printer.One(("resumed", parsed.GetValue(_consumer)));
            return ExitCodes.Done;
        });
        return resume;
    }

    private static Command Rewind(CommandParts parts)
    {
        var to = new Option<string?>("--to") { Description = "A position: epoch/tx/seq of the log (see streams list), or an offset of a topic." };
        var time = new Option<string?>("--time") { Description = "The first event that was stored then or later: 2026-05-01T08:00:00Z. For the log only." };
        var source = new Option<string>("--source") { Description = "domain_events, or a topic.", DefaultValueFactory = static _ => QueueView.Log };
        var partition = new Option<int?>("--partition") { Description = "One partition alone." };
        var rewind = new Command("rewind", "Deliver again from a position or a time on. What is marked as handled is recognised; to fill tables anew, use rebuild.")
        {
            _consumer, to, time, source, partition,
        };
        parts.Bind(rewind, async (instance, printer, parsed, cancellationToken) =>
        {
            var control = new StreamControl(instance.Database);
            var position = (parsed.GetValue(to), parsed.GetValue(time)) switch
            {
                ({ } text, null) => StreamControl.Parse(text),
                (null, { } text) when parsed.GetValue(source) == QueueView.Log => await control.FindAsync(Time(text), cancellationToken),
                (null, not null) => throw new CommandFailedException(ExitCodes.Usage, "A topic has no times here; give an offset with --to and --partition."),
                _ => throw new CommandFailedException(ExitCodes.Usage, "Where to? Give either --to or --time."),
            };
            var moved = await control.RewindAsync(
                parsed.GetValue(_consumer)!, parsed.GetValue(source)!, position, parsed.GetValue(partition), cancellationToken);
            printer.One(("queues_moved", moved), ("position", QueueView.Text(position)));
            return moved > 0 ? ExitCodes.Done
                : throw new CommandFailedException(ExitCodes.Nothing, $"'{parsed.GetValue(_consumer)}' has no queue on {parsed.GetValue(source)}; see streams list.");
        });
        return rewind;
    }

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new CommandFailedException(ExitCodes.Usage, $"'{text}' is no time; write it like 2026-05-01T08:00:00Z.");
}
