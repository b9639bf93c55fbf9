using System.CommandLine;
using Switchboard.Storage.Speech.Redis;

namespace Switchboard.Cli.Redis;

/// <summary><c>case-cli redis</c>.</summary>
internal static class RedisCommands
{
    public static Command Create(CommandParts parts)
    {
        var command = new Command("redis", "Keys and limits in Redis, from which processes read them.");
        var org = new Option<Guid?>("--org") { Description = "Only this organisation's." };
        var all = new Option<bool>("--all") { Description = "Those of all organisations." };
        var seed = new Command(
            "seed",
            "Write them from the database over what is there. Running processes do so by themselves when Redis was emptied. The server is that of "
            + "SWITCHBOARD__REDIS__CONNECTION, as the silo reads it.");
        seed.Add(org);
        seed.Add(all);
        parts.Bind(seed, async (instance, printer, parsed, cancellationToken) =>
        {
            var one = parsed.GetValue(org);
            if (one is null != parsed.GetValue(all))
            {
                throw new CommandFailedException(ExitCodes.Usage, "Say whose: --org ID or --all.");
            }

            var seeder = instance.Get<IKeySeeder>();
            if (!seeder.IsConfigured)
            {
                throw new CommandFailedException(ExitCodes.Usage, "Which Redis? Set SWITCHBOARD__REDIS__CONNECTION to host:port.");
            }

            var result = await seeder.SeedAsync(one, cancellationToken);
            printer.One(("keys", result.Keys), ("limits", result.Limits));
            return ExitCodes.Done;
        });
        command.Add(seed);
        return command;
    }
}
