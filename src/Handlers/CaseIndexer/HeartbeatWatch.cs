using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Npgsql;
using Switchboard.Grains.Intake;
using Switchboard.Intake;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Intake;

namespace Switchboard.Handlers.CaseIndexer;

/// <summary>
/// Says so when a sender has fallen silent, and when it is heard of again: as alerts of its own, which become a case like any other. An
/// alert's receipt follows from since when it is silent, so that one that was taken in, but not noted, is recognised.
/// </summary>
internal sealed partial class HeartbeatWatch(TenantDatabase database, IIntake intake, IndexerInstruments instruments, TimeProvider time, ILogger<HeartbeatWatch> logger)
{
    /// <summary>The dedup key of a silence.</summary>
    public const string DedupKey = "switchboard:heartbeat";

    private const int Piece = 100;

    // Claimed and committed before anything is said: a lock that were held meanwhile would stand in the way of what the sender sends.
    private const string Claim =
        """
        update intake_heartbeat set silent_since = $1, told = false
        where integration_id = any (array(
            select h.integration_id from intake_heartbeat h join intake_integration i on i.id = h.integration_id
            where h.due_at <= $1 and h.silent_since is null and i.enabled and i.heartbeat_seconds is not null
            order by h.due_at limit $2 for update of h skip locked))
        """;

    private const string Columns = "h.integration_id, h.org_id, h.silent_since, i.kind, i.name, i.rules, i.heartbeat_seconds, h.last_seen_at";

    private const string Untold =
        $"""
        select {Columns} from intake_heartbeat h join intake_integration i on i.id = h.integration_id
        where h.silent_since is not null and not h.told order by h.silent_since limit $1
        """;

    private const string Told = "update intake_heartbeat set told = true where integration_id = $1 and silent_since = $2";

    private const string Back =
        $"""
        select {Columns} from intake_heartbeat h join intake_integration i on i.id = h.integration_id
        where h.silent_since is not null and h.told and (h.last_seen_at > h.silent_since or not i.enabled or i.heartbeat_seconds is null)
        order by h.silent_since limit $1
        """;

    private const string Well = "update intake_heartbeat set silent_since = null, told = false where integration_id = $1 and silent_since = $2";

    private readonly RowReader _rows = new(database.Tenant, database.Primary);

    /// <summary>Looks once.</summary>
    /// <returns>How many fell silent and how many are back.</returns>
    public async ValueTask<(int Silent, int Back)> LookAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync(Claim, [Parameters.Of(time.GetUtcNow()), Parameters.Of(Piece)], cancellationToken);
        var silent = await _rows.ListAsync(Untold, [Parameters.Of(Piece)], Read, cancellationToken);
        foreach (var sender in silent)
        {
            await SayAsync(sender, AlertOf(sender, AlertStatus.Trigger, $"{sender.Name} is silent", LastHeard(sender)), Told, cancellationToken);
            instruments.FellSilent();
            LogSilent(sender.Id, sender.HeartbeatSeconds);
        }

        var back = await _rows.ListAsync(Back, [Parameters.Of(Piece)], Read, cancellationToken);
        foreach (var sender in back)
        {
            await SayAsync(sender, AlertOf(sender, AlertStatus.Resolve, $"{sender.Name} is heard of again", ""), Well, cancellationToken);
        }

        return (silent.Length, back.Length);
    }

    private async ValueTask SayAsync(Sender sender, IntakeAlert alert, string note, CancellationToken cancellationToken)
    {
        var receipt = DerivedId.Of($"intake heartbeat {sender.Id:N} {sender.SilentSince.UtcTicks} {alert.Status}");
        var routed = new RoutedAlert(sender.Rules.ProjectId, sender.Rules.TypeId, alert);
        var submission = new IntakeSubmission(
            sender.OrgId, sender.Id, sender.Kind, $"heartbeat {receipt:N}", null, null, IsRepeatable: true, [new SubmittedAlert(receipt, routed)])
        { IsFromSender = false };
        _ = await intake.SubmitAsync(submission, cancellationToken);
        await ExecuteAsync(note, [Parameters.Of(sender.Id), Parameters.Of(sender.SilentSince)], cancellationToken);
    }

    private async ValueTask ExecuteAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = database.Primary.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Sender Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.Time(2), IntakeNames.KindOf(row.GetString(3)), row.GetString(4), IntakeJson.ReadRules(row.GetFieldValue<byte[]>(5)),
        row.NumberOrNull(6), row.TimeOrNull(7));

    private static string LastHeard(Sender sender) => sender.LastSeenAt is { } at
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Nothing has come from it since {at:u}; it is expected every {sender.HeartbeatSeconds} s.")
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Nothing has come from it yet; it is expected every {sender.HeartbeatSeconds} s.");

    private static IntakeAlert AlertOf(Sender sender, AlertStatus status, string title, string description) => new()
    {
        DedupKey = DedupKey,
        Status = status,
        Title = AlertText.Line(title, Limits.CaseTitle)!,
        Description = description,
        Priority = Cases.CasePriority.P2,
        Tags = ImmutableSortedDictionary<string, string>.Empty,
    };

    [LoggerMessage(7510, LogLevel.Warning, "Integration {IntegrationId} was not heard of for {Seconds} s; a case is opened.")]
    private partial void LogSilent(Guid integrationId, int? seconds);

    private sealed record Sender(
        Guid Id, Guid OrgId, DateTimeOffset SilentSince, IntegrationKind Kind, string Name, IntegrationRules Rules, int? HeartbeatSeconds, DateTimeOffset? LastSeenAt);
}
