using Orleans;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Speech;

namespace Switchboard.Grains.Speech.Sessions;

/// <summary>
/// Keeps one session's row. The row decides: it is written over the version that was read, and whoever finds another one reads again. The
/// ledger is written after the row, which says how much of it the ledger is known to have; what a failure leaves open is settled later.
/// </summary>
internal sealed class TranscriptionSessionGrain(ISessionStore store, IUsageLedger ledger, TimeProvider time)
    : Grain, ITranscriptionSessionGrain
{
    private const int MostTries = 20;

    private Guid _orgId;
    private Guid _id;
    private SessionSnapshot? _held;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_orgId, _id) = GrainKeys.Parse(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask<SessionSnapshot?> GetAsync(CancellationToken cancellationToken = default)
    {
        var session = _held ?? await store.FindAsync(_orgId, _id, cancellationToken);
        if (session is null or { Settled: true })
        {
            DeactivateOnIdle();
        }

        return session;
    }

    /// <inheritdoc/>
    public async ValueTask<Outcome<SessionSnapshot>> OpenAsync(
        SessionRequest request, string engine, CancellationToken cancellationToken = default)
    {
        var opened = SessionMachine.Open(_orgId, _id, request, engine, StoredTime.Now(time));
        var told = ledger.RecordAsync(SessionMeter.Request(opened), cancellationToken);
        var isNew = await store.InsertAsync(opened, cancellationToken);
        await told;
        _held = isNew ? opened : await store.FindAsync(_orgId, _id, cancellationToken);
        return _held is null ? SessionMachine.NotFound : _held;
    }

    /// <inheritdoc/>
    public ValueTask<Outcome<SessionSnapshot>> TakeOverAsync(CancellationToken cancellationToken = default) =>
        ChangeAsync(session => SessionMachine.TakeOver(session, StoredTime.Now(time)), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Outcome<SessionSnapshot>> ReportAsync(SessionReport report, CancellationToken cancellationToken = default)
    {
        var outcome = await ChangeAsync(session => SessionMachine.Report(session, report, StoredTime.Now(time)), cancellationToken);
        if (outcome.Value is { } session)
        {
            await MeterAsync(session, cancellationToken);
        }

        return outcome;
    }

    /// <inheritdoc/>
    public async ValueTask<Outcome<SessionSnapshot>> EndAsync(
        SessionReport report, int code, CancellationToken cancellationToken = default)
    {
        var outcome = await ChangeAsync(session => SessionMachine.End(session, report, code, StoredTime.Now(time)), cancellationToken);
        return outcome.Succeeded ? await SettleAsync(outcome.Value, cancellationToken) : outcome;
    }

    /// <inheritdoc/>
    public async ValueTask<Outcome<SessionSnapshot>> RecoverAsync(SessionReport report, CancellationToken cancellationToken = default)
    {
        _held = null; // whoever died may have had another activation
        var outcome = await ChangeAsync(session => SessionMachine.Recover(session, report), cancellationToken);
        if (outcome.Value is { State: SessionState.Ended, Settled: false } ended)
        {
            return await SettleAsync(ended, cancellationToken);
        }

        if (outcome.Value is { } session)
        {
            await MeterAsync(session, cancellationToken);
        }

        return outcome;
    }

    /// <inheritdoc/>
    public async ValueTask<Outcome<SessionSnapshot>> SettleAsync(DateTimeOffset silentSince, CancellationToken cancellationToken = default)
    {
        _held = null;
        var outcome = await ChangeAsync(
            session => session.State != SessionState.Ended && session.AliveAt < silentSince
                ? SessionMachine.Abandon(session, StoredTime.Now(time))
                : session,
            cancellationToken);
        return outcome.Value is { State: SessionState.Ended, Settled: false } ended ? await SettleAsync(ended, cancellationToken) : outcome;
    }

    private async ValueTask MeterAsync(SessionSnapshot session, CancellationToken cancellationToken)
    {
        if (SessionMeter.Rows(session) is { Count: > 0 } rows)
        {
            await ledger.RecordAsync(rows, cancellationToken);

            // Said by the row when it is next written: until then the same rows may be written again, which changes nothing.
            _held = session with { MeteredMilliseconds = session.AcceptedMilliseconds };
        }
    }

    private async ValueTask<Outcome<SessionSnapshot>> SettleAsync(SessionSnapshot ended, CancellationToken cancellationToken)
    {
        if (!ended.Settled)
        {
            await ledger.RecordAsync(SessionMeter.Rows(ended), cancellationToken);
            await ledger.RecordAsync(SessionMeter.Request(ended), cancellationToken);
            ended = SessionMachine.Metered(ended);
            await store.UpdateAsync(ended, cancellationToken);
        }

        _held = null;
        DeactivateOnIdle();
        return ended;
    }

    private async ValueTask<Outcome<SessionSnapshot>> ChangeAsync(
        Func<SessionSnapshot, Outcome<SessionSnapshot>> change, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var session = _held ?? await store.FindAsync(_orgId, _id, cancellationToken);
            if (session is null)
            {
                DeactivateOnIdle();
                return SessionMachine.NotFound;
            }

            var outcome = change(session);
            if (outcome.Value is not { } next || ReferenceEquals(next, session))
            {
                _held = session.State == SessionState.Ended ? null : session;
                return outcome;
            }

            if (await store.UpdateAsync(next, cancellationToken))
            {
                _held = next;
                return next;
            }

            _held = null;
            if (tries == MostTries)
            {
                throw new StorageUnavailableException($"The row of session {_id} was written by others {MostTries} times in a row; try again.");
            }
        }
    }
}
