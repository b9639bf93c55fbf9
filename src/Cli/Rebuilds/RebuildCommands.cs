using System.CommandLine;
using Switchboard.Cli.Connections;
using Switchboard.Cli.Output;
using Switchboard.Grains.Rebuilds;

namespace Switchboard.Cli.Rebuilds;

/// <summary><c>case-cli rebuild</c>.</summary>
internal static class RebuildCommands
{
    private static readonly TimeSpan _lookEvery = TimeSpan.FromMilliseconds(500);

    private static readonly Argument<string> _flavor = new("flavor") { Description = "Whose tables, such as timeline." };

    private static readonly Option<bool> _wait = new("--wait") { Description = "Return when it has ended." };

    private static readonly Option<bool> _status = new("--status") { Description = "Only tell how the latest one stands." };

    private static readonly Option<bool> _cancel = new("--cancel") { Description = "Give up the one that is under way." };

    public static Command Create(CommandParts parts)
    {
        var rebuild = new Command("rebuild", "Fill a flavor's tables anew from the log, beside the old ones, while the flavor goes on; then switch.")
        {
            _flavor, _wait, _status, _cancel,
        };
        parts.Bind(rebuild, RunAsync);
        return rebuild;
    }

    private static async Task<int> RunAsync(Instance instance, Printer printer, ParseResult parsed, CancellationToken cancellationToken)
    {
        var (rebuilds, flavor) = (instance.Get<IRebuilds>(), parsed.GetValue(_flavor)!);
        if (parsed.GetValue(_cancel) && !await rebuilds.CancelAsync(instance.Tenant, flavor, cancellationToken))
        {
            throw new CommandFailedException(ExitCodes.Nothing, $"No rebuild of '{flavor}' is under way.");
        }

        var one = parsed.GetValue(_status) || parsed.GetValue(_cancel)
            ? await rebuilds.FindLatestAsync(instance.Tenant, flavor, cancellationToken)
                ?? throw new CommandFailedException(ExitCodes.Nothing, $"'{flavor}' was never rebuilt.")
            : await rebuilds.RequestAsync(instance.Tenant, flavor, Instance.By, cancellationToken)
                ?? throw new CommandFailedException(ExitCodes.Nothing, $"A rebuild of '{flavor}' is under way already; see --status.");
        while (parsed.GetValue(_wait) && one.Status is RebuildStatus.Requested or RebuildStatus.Running)
        {
            await Task.Delay(_lookEvery, TimeProvider.System, cancellationToken);
            one = (await rebuilds.FindLatestAsync(instance.Tenant, flavor, cancellationToken))!;
        }

        printer.One(
            ("flavor", one.Flavor),
            ("status", one.Status.ToString().ToLowerInvariant()),
            ("events", one.Events),
            ("requested_at", one.RequestedAt),
            ("started_at", one.StartedAt),
            ("ended_at", one.EndedAt),
            ("error", one.Error));
        return one.Status == RebuildStatus.Failed ? ExitCodes.Failed : ExitCodes.Done;
    }
}
