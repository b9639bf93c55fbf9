using Switchboard.Commands;
using Switchboard.Speech;

namespace Switchboard.Grains.Speech.Sessions;

/// <summary>The states of a session and what leads from one to the next. Pure.</summary>
internal static class SessionMachine
{
    /// <summary>Nobody was left to close the connection (RFC 6455, section 7.4.1).</summary>
    public const int Abandoned = 1006;

    public static DomainError NotFound { get; } = DomainError.NotFound("session not found");

    public static SessionSnapshot Open(Guid orgId, Guid id, SessionRequest request, string engine, DateTimeOffset now) => new()
    {
        OrgId = orgId,
        Id = id,
        Version = 1,
        Epoch = 1,
        State = SessionState.Opening,
        Request = request,
        OpenedAt = now,
        AliveAt = now,
        Engine = engine,
    };

    public static Outcome<SessionSnapshot> TakeOver(SessionSnapshot session, DateTimeOffset now) => session.State switch
    {
        SessionState.Ended => Over(session),
        _ when !session.Request.Resumable => DomainError.Conflict("the session was not opened with resume=true"),
        _ => Next(session, now) with { Epoch = session.Epoch + 1, State = SessionState.Interrupted },
    };

    public static Outcome<SessionSnapshot> Report(SessionSnapshot session, SessionReport report, DateTimeOffset now)
    {
        if (session.State == SessionState.Ended)
        {
            return Over(session);
        }

        return report.Epoch == session.Epoch
            ? Take(session, report, now) with { State = report.Connected ? SessionState.Live : SessionState.Interrupted }
            : Superseded(session, report);
    }

    public static Outcome<SessionSnapshot> End(SessionSnapshot session, SessionReport report, int code, DateTimeOffset now)
    {
        if (session.State == SessionState.Ended)
        {
            return session;
        }

        return report.Epoch == session.Epoch
            ? Take(session, report, now) with { State = SessionState.Ended, EndedAt = now, Code = code }
            : Superseded(session, report);
    }

    /// <summary>What was accepted counts, whoever has the session by now and whether or not it is over; the ledger is then told again.</summary>
    public static SessionSnapshot Recover(SessionSnapshot session, SessionReport report) =>
        report.AcceptedBytes <= session.AcceptedBytes && report.AcceptedMilliseconds <= session.AcceptedMilliseconds
            ? session
            : session with
            {
                Version = session.Version + 1,
                AcceptedBytes = Math.Max(session.AcceptedBytes, report.AcceptedBytes),
                AcceptedMilliseconds = Math.Max(session.AcceptedMilliseconds, report.AcceptedMilliseconds),
                Settled = false,
            };

    /// <summary>A session whose process is dead ends with what was last heard of it.</summary>
    public static SessionSnapshot Abandon(SessionSnapshot session, DateTimeOffset now) =>
        Next(session, session.AliveAt) with { State = SessionState.Ended, EndedAt = now, Code = Abandoned };

    /// <summary>The ledger has everything up to here.</summary>
    public static SessionSnapshot Metered(SessionSnapshot session) => session with
    {
        Version = session.Version + 1,
        MeteredMilliseconds = session.AcceptedMilliseconds,
        Settled = session.State == SessionState.Ended,
    };

    private static SessionSnapshot Take(SessionSnapshot session, SessionReport report, DateTimeOffset now) => Next(session, now) with
    {
        AcceptedBytes = Math.Max(session.AcceptedBytes, report.AcceptedBytes),
        AcceptedMilliseconds = Math.Max(session.AcceptedMilliseconds, report.AcceptedMilliseconds),
        CoveredMilliseconds = Math.Max(session.CoveredMilliseconds, report.CoveredMilliseconds),
        Finals = Math.Max(session.Finals, report.Finals),
        Failovers = Math.Max(session.Failovers, report.Failovers),
        Engine = report.Engine ?? session.Engine,
    };

    private static SessionSnapshot Next(SessionSnapshot session, DateTimeOffset now) =>
        session with { Version = session.Version + 1, AliveAt = now > session.AliveAt ? now : session.AliveAt };

    private static DomainError Over(SessionSnapshot session) =>
        DomainError.Conflict($"the session ended at {session.EndedAt:O} with code {session.Code}");

    private static DomainError Superseded(SessionSnapshot session, SessionReport report) => DomainError.Conflict(
        $"the session was taken over by another process: its epoch is {session.Epoch}, the report's is {report.Epoch}");
}
