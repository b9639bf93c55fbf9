using System.CommandLine;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Grains.Speech.Usage;

namespace Switchboard.Cli.Speech;

/// <summary><c>case-cli speech</c>: what the operator, not the organisation, decides.</summary>
internal static class SpeechCommands
{
    private const decimal Micros = 1_000_000m;

    public static Command Create(CommandParts parts)
    {
        var command = new Command("speech", "Limits, plans and payments of organisations that use the speech API.");
        var org = new Option<Guid>("--org") { Description = "The organisation.", Required = true };
        command.Add(Limits(parts, org));
        command.Add(Credit(parts, org));
        return command;
    }

    private static Command Limits(CommandParts parts, Option<Guid> org)
    {
        var live = new Option<int?>("--live") { Description = "Live sessions at the same time." };
        var files = new Option<int?>("--files") { Description = "Files at the same time." };
        var rate = new Option<int?>("--requests-per-second") { Description = "Sessions and files that may begin in a second." };
        var seconds = new Option<long?>("--seconds-per-month") { Description = "Seconds of audio in a calendar month." };
        var limits = new Command("limits", "Show an organisation's limits, after setting those that are given.") { org, live, files, rate, seconds };
        parts.Bind(limits, async (instance, printer, parsed, cancellationToken) =>
        {
            var change = new SpeechLimitChange(parsed.GetValue(live), parsed.GetValue(files), parsed.GetValue(rate), parsed.GetValue(seconds));
            if (change is { Live: < 1 } or { Files: < 1 } or { RequestsPerSecond: < 1 } or { SecondsPerMonth: < 0 })
            {
                throw new CommandFailedException(ExitCodes.Usage, "A limit must be at least 1, the seconds of a month at least 0.");
            }

            var port = instance.Get<ISpeechLimits>();
            var id = parsed.GetValue(org);
            var now = change == new SpeechLimitChange() ? await port.GetAsync(id, cancellationToken) : await port.SetAsync(id, change, cancellationToken);
            printer.One(
                ("live", now.Live), ("files", now.Files), ("requests_per_second", now.RequestsPerSecond), ("seconds_per_month", now.SecondsPerMonth));
            return ExitCodes.Done;
        });
        return limits;
    }

    private static Command Credit(CommandParts parts, Option<Guid> org)
    {
        var plan = new Option<string?>("--plan") { Description = "The plan from now on; one of Speech:Billing:Plans." };
        var add = new Option<decimal>("--add") { Description = "What was paid in, in the currency of Speech:Billing; a negative sum takes back." };
        var account = new Command("account", "Show what an organisation pays by, after setting what is given.") { org, plan, add };
        parts.Bind(account, async (instance, printer, parsed, cancellationToken) =>
        {
            var micros = parsed.GetValue(add) * Micros;
            if (micros != decimal.Truncate(micros) || Math.Abs(micros) > 1e15m)
            {
                throw new CommandFailedException(ExitCodes.Usage, "--add must be at most 1000000000, in steps of 0.000001.");
            }

            var reports = instance.Get<IUsageReports>();
            var id = parsed.GetValue(org);
            var now = parsed.GetValue(plan) is null && micros == 0
                ? await reports.AccountAsync(id, cancellationToken)
                : await reports.CreditAsync(id, parsed.GetValue(plan), (long)micros, cancellationToken);
            printer.One(("plan", now.Plan ?? "(default)"), ("paid_in", now.CreditMicros / Micros));
            return ExitCodes.Done;
        });
        return account;
    }
}
