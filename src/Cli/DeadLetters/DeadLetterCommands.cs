using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.Cli.Connections;
using Switchboard.Grains.DeadLetters;

namespace Switchboard.Cli.DeadLetters;

/// <summary><c>case-cli dead-letters</c>.</summary>
internal static class DeadLetterCommands
{
    private const int MostAtOnce = 1000;

    private static readonly Argument<long[]> _ids = new("id") { Description = "Numbers from the list.", Arity = ArgumentArity.OneOrMore };

    private static readonly Option<string?> _flavor = new("--flavor") { Description = "Of this flavor only." };

    private static readonly Option<string> _status = new("--status")
    {
        Description = "parked, replay-requested, replayed, dropped or all.",
        DefaultValueFactory = static _ => "parked",
    };

    private static readonly Option<Guid?> _stream = new("--case") { Description = "About this case only, by its UUID." };

    private static readonly Option<long> _after = new("--after") { Description = "Letters with larger numbers only: the next page." };

    private static readonly Option<int> _limit = new("--limit") { Description = "At most so many.", DefaultValueFactory = static _ => 50 };

    public static Command Create(CommandParts parts)
    {
        _status.AcceptOnlyFromAmong("parked", "replay-requested", "replayed", "dropped", "all");
        var command = new Command("dead-letters", "Events that a flavor could not handle.");
        command.Add(List(parts));
        command.Add(Show(parts));
        command.Add(Replay(parts));
        command.Add(Drop(parts));
        return command;
    }

    private static Command List(CommandParts parts)
    {
        var list = new Command("list", "List them, the oldest first.") { _flavor, _status, _stream, _after, _limit };
        parts.Bind(list, static async (instance, printer, parsed, cancellationToken) =>
        {
            var status = parsed.GetValue(_status) switch
            {
                "all" => (DeadLetterStatus?)null,
                var name => Enum.Parse<DeadLetterStatus>(name!.Replace("-", "", StringComparison.Ordinal), ignoreCase: true),
            };
            var limit = Math.Clamp(parsed.GetValue(_limit), 1, MostAtOnce);
            var letters = await instance.Get<IDeadLetters>().ListAsync(
                instance.Tenant, new DeadLetterQuery(parsed.GetValue(_flavor), status, parsed.GetValue(_stream), parsed.GetValue(_after), limit), cancellationToken);
            printer.Many(
                letters,
                "No dead letters.",
                ("id", static one => one.Id),
                ("flavor", static one => one.Letter.Flavor),
                ("status", static one => Name(one.Status)),
                ("parked_at", static one => one.ParkedAt),
                ("type", static one => one.Letter.Type),
                ("case", static one => one.Letter.StreamId),
                ("version", static one => one.Letter.Version),
                ("reason", static one => Name(one.Letter.Reason)),
                ("attempts", static one => one.Letter.Attempts),
                ("error", static one => one.Letter.Error));
            if (letters.Length == limit)
            {
                printer.Say($"There may be more: --after {letters[^1].Id}");
            }

            return ExitCodes.Done;
        });
        return list;
    }

    private static Command Show(CommandParts parts)
    {
        var id = new Argument<long>("id") { Description = "A number from the list." };
        var show = new Command("show", "Show one with its payload, headers and error.") { id };
        parts.Bind(show, async (instance, printer, parsed, cancellationToken) =>
        {
            var one = await instance.Get<IDeadLetters>().FindAsync(instance.Tenant, parsed.GetValue(id), cancellationToken)
                ?? throw new CommandFailedException(ExitCodes.Nothing, $"There is no dead letter {parsed.GetValue(id)} in the tenant {instance.Tenant}.");
            var letter = one.Letter;
            printer.One(
                ("id", one.Id),
                ("flavor", letter.Flavor),
                ("status", Name(one.Status)),
                ("reason", Name(letter.Reason)),
                ("error", letter.Error),
                ("attempts", letter.Attempts),
                ("replays", one.Replays),
                ("parked_at", one.ParkedAt),
                ("changed_by", one.ChangedBy),
                ("changed_at", one.ChangedAt),
                ("source", letter.Source),
                ("organisation", letter.OrgId),
                ("kind", letter.StreamType),
                ("case", letter.StreamId),
                ("version", letter.Version),
                ("event_id", letter.EventId),
                ("type", letter.Type),
                ("schema", letter.Schema),
                ("headers", new JsonObject(letter.Headers.Select(static header => KeyValuePair.Create(header.Key, (JsonNode?)header.Value)))),
                ("payload", Payload(letter.Payload)));
            return ExitCodes.Done;
        });
        return show;
    }

    private static Command Replay(CommandParts parts)
    {
        var ids = new Argument<long[]>("id") { Description = "Numbers from the list; or --flavor instead.", Arity = ArgumentArity.ZeroOrMore };
        var limit = new Option<int>("--limit") { Description = "With --flavor: at most so many, the oldest first.", DefaultValueFactory = static _ => 100 };
        var flavor = new Option<string?>("--flavor") { Description = "All that wait of this flavor, up to --limit." };
        var replay = new Command("replay", "Have them handled after all, in order within a case, by the process that serves the flavor.") { ids, flavor, limit };
        parts.Bind(replay, async (instance, printer, parsed, cancellationToken) =>
        {
            var letters = instance.Get<IDeadLetters>();
            var chosen = parsed.GetValue(ids) ?? [];
            var asked = (chosen.Length, parsed.GetValue(flavor)) switch
            {
                ( > 0, null) => await letters.RequestReplayAsync(instance.Tenant, chosen, Instance.By, cancellationToken),
                (0, { } all) => await letters.RequestReplayAsync(instance.Tenant, all, Math.Max(1, parsed.GetValue(limit)), Instance.By, cancellationToken),
                _ => throw new CommandFailedException(ExitCodes.Usage, "Which ones? Give numbers, or --flavor for the oldest of a flavor."),
            };
            printer.One(("replay_requested", asked));
            return asked > 0 ? ExitCodes.Done : throw new CommandFailedException(ExitCodes.Nothing, "None of them waits for a decision.");
        });
        return replay;
    }

    private static Command Drop(CommandParts parts)
    {
        var drop = new Command("drop", "Decide that they are not to be handled. They stay in the list (--status dropped) for a while.") { _ids };
        parts.Bind(drop, static async (instance, printer, parsed, cancellationToken) =>
        {
            var dropped = await instance.Get<IDeadLetters>().DropAsync(instance.Tenant, parsed.GetValue(_ids)!, Instance.By, cancellationToken);
            printer.One(("dropped", dropped));
            return dropped > 0 ? ExitCodes.Done : throw new CommandFailedException(ExitCodes.Nothing, "None of them waits for a decision.");
        });
        return drop;
    }

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    /// <summary>JSON as JSON, text as text, anything else as base64.</summary>
    private static JsonNode Payload(ReadOnlyMemory<byte> payload)
    {
        try
        {
            return JsonNode.Parse(payload.Span) ?? JsonValue.Create("null");
        }
        catch (JsonException)
        {
            try
            {
                return JsonValue.Create(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(payload.Span));
            }
            catch (DecoderFallbackException)
            {
                return new JsonObject { ["base64"] = Convert.ToBase64String(payload.Span) };
            }
        }
    }
}
