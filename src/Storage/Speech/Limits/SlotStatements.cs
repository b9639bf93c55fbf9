using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Speech.Limits;

/// <summary>What the database says to a wish for a slot; see <c>speech_take</c> in the migration.</summary>
internal enum SlotVerdict
{
    /// <summary>Taken.</summary>
    Taken = 0,

    /// <summary>The lease of the process has ended.</summary>
    LeaseEnded = 1,

    /// <summary>Too many at the same time.</summary>
    Full = 2,

    /// <summary>Too many requests.</summary>
    TooFast = 3,

    /// <summary>The month's seconds are used up.</summary>
    UsedUp = 4,
}

/// <summary>The database's answer.</summary>
internal sealed record SlotAnswer(SlotVerdict Verdict, int Limit, int Used, TimeSpan Pause);

/// <summary>
/// The statements of slots. They run on connections whose commits do not wait for the disk: a slot that a crash of the server loses is taken
/// again by its process.
/// </summary>
internal sealed class SlotStatements(TenantDatabase database, SpeechLimitOptions options)
{
    // What is said to have ended is left alone for a fifth of the lease, for a renewal that is under way.
    private readonly TimeSpan _margin = options.Lease / 5;

    private readonly RowReader _rows = new(database.Tenant, database.Effects);

    /// <summary>Asks for a slot.</summary>
    /// <param name="holder">The process.</param>
    /// <param name="slot">What for.</param>
    /// <param name="again">Whether it was held before, so that only the number at the same time counts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<SlotAnswer> TakeAsync(Guid holder, SlotKey slot, bool again, CancellationToken cancellationToken) => (await _rows.FindAsync(
        "select verdict, most, used, pause from speech_take($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [
            Parameters.Of(slot.OrgId), Parameters.Of(slot.SessionId), Parameters.Of((short)slot.Kind), Parameters.Of(holder), Interval(_margin),
            Parameters.Of(again), Parameters.Of(options.Live), Parameters.Of(options.Files), Parameters.Of(options.RequestsPerSecond),
            Parameters.Of(options.SecondsPerMonth),
        ],
        static row => new SlotAnswer((SlotVerdict)row.GetInt16(0), row.GetInt32(1), row.GetInt32(2), TimeSpan.FromSeconds(row.GetDouble(3))),
        cancellationToken))!;

    /// <summary>Begins a lease; whatever lay under this id before is gone.</summary>
    public ValueTask BeginAsync(Guid holder, CancellationToken cancellationToken) => RunAsync(
        "insert into speech_holder (id, until) values ($1, clock_timestamp() + $2)", [Parameters.Of(holder), Interval(options.Lease)], cancellationToken);

    /// <summary>Renews the lease of all the process's slots.</summary>
    /// <returns>False when it had ended.</returns>
    public async ValueTask<bool> RenewAsync(Guid holder, CancellationToken cancellationToken) => !(await _rows.ListAsync(
        "update speech_holder set until = clock_timestamp() + $2 where id = $1 and until - $3 > clock_timestamp() returning 1",
        [Parameters.Of(holder), Interval(options.Lease), Interval(_margin)],
        static _ => 0,
        cancellationToken)).IsEmpty;

    /// <summary>Gives slots back that the process still holds.</summary>
    public ValueTask ReleaseAsync(Guid holder, IReadOnlyCollection<SlotKey> slots, CancellationToken cancellationToken) => RunAsync(
        """
        delete from speech_slot s using unnest($2, $3) given (org_id, session_id)
        where s.org_id = given.org_id and s.session_id = given.session_id and s.holder = $1
        """,
        [
            Parameters.Of(holder), Parameters.Of(slots.Select(static slot => slot.OrgId).ToArray()),
            Parameters.Of(slots.Select(static slot => slot.SessionId).ToArray()),
        ],
        cancellationToken);

    /// <summary>Ends the lease and gives everything back.</summary>
    public ValueTask EndAsync(Guid holder, CancellationToken cancellationToken) => RunAsync(
        "with ended as (delete from speech_holder where id = $1) delete from speech_slot where holder = $1", [Parameters.Of(holder)], cancellationToken);

    /// <summary>Deletes what processes left behind that are no more.</summary>
    public ValueTask SweepAsync(CancellationToken cancellationToken) => RunAsync(
        """
        with gone as (delete from speech_holder where until < clock_timestamp() - $1 returning id)
        delete from speech_slot s where s.holder in (select id from gone) or not exists (select from speech_holder h where h.id = s.holder)
        """,
        [Interval(options.Lease)],
        cancellationToken);

    /// <summary>Which of these organisations have used up the seconds of the month.</summary>
    public ValueTask<ImmutableArray<Guid>> UsedUpAsync(IEnumerable<Guid> organisations, CancellationToken cancellationToken) => _rows.ListAsync(
        """
        select asked.org_id
        from unnest($1) asked (org_id)
        left join speech_limit own on own.org_id = asked.org_id
        cross join lateral (
            select coalesce(sum(u.milliseconds), 0) as milliseconds from speech_usage_month u
            where u.org_id = asked.org_id and u.month = date_trunc('month', clock_timestamp() at time zone 'utc')::date) used
        where used.milliseconds >= coalesce(own.seconds_per_month, $2) * 1000
        """,
        [
            Parameters.Of(organisations.ToArray()),
            Parameters.Of(options.SecondsPerMonth),
        ],
        static row => row.GetGuid(0),
        cancellationToken);

    private async ValueTask RunAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken) =>
        await _rows.ListAsync(sql, parameters, static _ => 0, cancellationToken);

    private static NpgsqlParameter Interval(TimeSpan value) => new NpgsqlParameter<TimeSpan>(null!, NpgsqlDbType.Interval) { TypedValue = value };
}

/// <summary>Whose slot, for which session, of which kind.</summary>
internal readonly record struct SlotKey(Guid OrgId, Guid SessionId, SpeechSlotKind Kind);
