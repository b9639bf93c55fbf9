using System.CommandLine;

namespace Switchboard.Cli.Streams;

/// <summary><c>case-cli relay</c>.</summary>
internal static class RelayCommands
{
    /// <summary>What the names of relays begin with.</summary>
    internal const string Prefix = "relay:";

    public static Command Create(CommandParts parts)
    {
        var command = new Command("relay", "What carries the log's events to Kafka.");
        var status = new Command("status", "Who is the tenant's active relay, where it stands, and how much it has still to carry.");
        parts.Bind(status, static async (instance, printer, _, cancellationToken) =>
        {
            var queues = await QueueView.ReadAsync(instance.Database, consumer: null, former: false, cancellationToken);
            printer.Many(
                [.. queues.Where(static queue => queue.Status.Queue.Consumer.StartsWith(Prefix, StringComparison.Ordinal))],
                "No relay has run for this tenant: with the Postgres transport there is nothing to carry.",
                QueueView.Columns);
            return ExitCodes.Done;
        });
        command.Add(status);
        return command;
    }
}
