using Orleans;
using Orleans.Concurrency;
using Switchboard.Commands;

namespace Switchboard.Speech;

/// <summary>
/// One live transcription session; the key is <see cref="GrainKeys.Of"/> of organisation and session. It keeps the session's row and
/// writes its usage; audio and results do not pass through it. What it has answered survives its silo.
/// </summary>
[Alias("switchboard.ITranscriptionSessionGrain")]
public interface ITranscriptionSessionGrain : IGrainWithStringKey
{
    /// <summary>The session, or null when there is none of that id.</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<SessionSnapshot?> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>Opens the session once everything that could refuse it has agreed. Opened again with the same request, it is as it was.</summary>
    [Alias("Open")]
    ValueTask<Outcome<SessionSnapshot>> OpenAsync(SessionRequest request, string engine, CancellationToken cancellationToken = default);

    /// <summary>Hands the session to another process, whose epoch the answer carries; the earlier one's reports are refused from now on.</summary>
    [Alias("TakeOver")]
    ValueTask<Outcome<SessionSnapshot>> TakeOverAsync(CancellationToken cancellationToken = default);

    /// <summary>Takes amounts in and meters them. Refused for another epoch and after the end.</summary>
    [Alias("Report")]
    ValueTask<Outcome<SessionSnapshot>> ReportAsync(SessionReport report, CancellationToken cancellationToken = default);

    /// <summary>Takes the last amounts in and ends the session. Ended again, it is as it was.</summary>
    [Alias("End")]
    ValueTask<Outcome<SessionSnapshot>> EndAsync(SessionReport report, int code, CancellationToken cancellationToken = default);

    /// <summary>
    /// Meters what a process had accepted that no longer reports: it was killed, or another one has the session or has ended it. Amounts are
    /// taken in whatever the epoch and the state; nothing else of the session changes.
    /// </summary>
    [Alias("Recover")]
    ValueTask<Outcome<SessionSnapshot>> RecoverAsync(SessionReport report, CancellationToken cancellationToken = default);

    /// <summary>Ends the session of a process that is dead, or brings the ledger up to date after a failure.</summary>
    /// <param name="silentSince">A session whose process was heard of later is left alone.</param>
    /// <param name="cancellationToken">Gives up.</param>
    [Alias("Settle")]
    ValueTask<Outcome<SessionSnapshot>> SettleAsync(DateTimeOffset silentSince, CancellationToken cancellationToken = default);
}
