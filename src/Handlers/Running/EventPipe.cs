using Microsoft.Extensions.Logging;
using Npgsql;
using Switchboard.Events;
using Switchboard.Grains.DeadLetters;
using Switchboard.Grains.EventStore;
using Switchboard.Handlers.Lanes;
using Switchboard.Storage.Events;

namespace Switchboard.Handlers.Running;

/// <summary>
/// Brings the events of a flavor to its handler: decodes them, tries again with growing pauses, and parks what does not work in the end.
/// It returns when the event is settled, and throws only when nothing can be settled now. Safe for many cases at once; the events of one
/// case are given one after the other.
/// </summary>
internal abstract partial class EventPipe(EventHandler handler, PipeParts parts) : IAsyncDisposable
{
    /// <summary>The flavor.</summary>
    public Flavor Flavor { get; } = handler.Flavor;

    /// <summary>The tables that it fills; none when it cannot be rebuilt.</summary>
    public virtual IReadOnlyList<string> Tables => [];

    protected PipeParts Parts => parts;

    /// <summary>Settles an event from the stream.</summary>
    /// <exception cref="StorageUnavailableException">The database is away: deliver it again.</exception>
    /// <exception cref="DependencyUnavailableException">What the flavor depends on is away: deliver it again.</exception>
    public async ValueTask HandleAsync(EventRecord record, CancellationToken cancellationToken)
    {
        var started = parts.Time.GetTimestamp();
        var (outcome, failure) = await TryAsync(record, letter: null, cancellationToken);
        if (failure is { } why)
        {
            // Where the order is kept, a failed event behind a parked one is not tried again before that one.
            var reason = Flavor.WhenParked == ParkPolicy.ParkCase && await IsParkedAsync(record, cancellationToken) ? DeadLetterReason.BehindAnother : why.Reason;
            var letter = DeadLetter.About(record, Flavor.Name, reason, why.Text, why.Attempts);
            if (await parts.Letters.ParkAsync(letter, cancellationToken))
            {
                parts.Instruments.Parked(Flavor.Name, record.Tenant, why.Reason);
                LogParked(parts.Logger, Flavor.Name, record.Type, record.EventId, record.StreamId, why.Attempts, why.Error);
            }
        }
        else if (outcome is { } settled)
        {
            Count(settled, record);
        }

        parts.Instruments.Took(Flavor.Name, record.Tenant, parts.Time.GetElapsedTime(started));
    }

    /// <summary>Settles an event that was parked.</summary>
    /// <returns>Why it failed again, or null when it is settled.</returns>
    /// <exception cref="StorageUnavailableException">The database is away.</exception>
    /// <exception cref="DependencyUnavailableException">What the flavor depends on is away.</exception>
    public async ValueTask<HandlingFailure?> ReplayAsync(EventRecord record, long letter, CancellationToken cancellationToken) =>
        (await TryAsync(record, letter, cancellationToken)).Failure;

    /// <summary>
    /// Writes the rows of events into the tables with a suffix: no marks, no calls to the outside, no second attempts.
    /// </summary>
    /// <exception cref="InvalidOperationException">An event cannot be handled; the message names it.</exception>
    /// <exception cref="NotSupportedException">The flavor has no rows.</exception>
    public virtual ValueTask RewriteAsync(
        NpgsqlConnection connection, IEnumerable<EventRecord> records, string suffix, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"Flavor '{Flavor.Name}' has no tables.");

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>One attempt; null when the event means nothing to the flavor.</summary>
    protected abstract ValueTask<Settlement?> SettleAsync(HandledEvent handled, long? letter, CancellationToken cancellationToken);

    /// <summary>Ends a letter that turns out to be nothing to the flavor.</summary>
    protected abstract ValueTask EndLetterAsync(EventRecord record, long letter, CancellationToken cancellationToken);

    private async ValueTask<(Settlement? Outcome, HandlingFailure? Failure)> TryAsync(EventRecord record, long? letter, CancellationToken cancellationToken)
    {
        var started = parts.Time.GetTimestamp();
        using var limit = new CancellationTokenSource(parts.Options.HandlingTimeout, parts.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        HandledEvent? handled = null;
        Exception? cause = null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (!handler.Wants(record))
                {
                    if (letter is { } unwanted)
                    {
                        await EndLetterAsync(record, unwanted, either.Token);
                    }

                    return default;
                }

                handled ??= new HandledEvent(record, parts.Codec.Decode(record));
                var outcome = await SettleAsync(handled, letter, either.Token);
                if (outcome is null && letter is { } empty)
                {
                    await EndLetterAsync(record, empty, either.Token);
                }

                return (outcome, null);
            }
            catch (EventDecodeException error)
            {
                return (null, new HandlingFailure(error.Reason, error, attempt));
            }
            catch (Exception error) when (error is not (StorageUnavailableException or DependencyUnavailableException)
                && !(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
            {
                // An attempt that the limit cut off says nothing about the event; the one before it does.
                cause = error is not OperationCanceledException || !limit.IsCancellationRequested ? error : cause ?? TookTooLong(error);

                // The next attempt must still find room below the engine's time-out.
                var pause = PauseAfter(attempt);
                if (attempt >= Flavor.MostAttempts || parts.Time.GetElapsedTime(started) + pause >= parts.Options.HandlingTimeout)
                {
                    return (null, new HandlingFailure(DeadLetterReason.HandlerFailed, cause, attempt));
                }

                parts.Instruments.Retried(Flavor.Name, record.Tenant);
                LogRetry(parts.Logger, Flavor.Name, record.Type, record.EventId, attempt, Flavor.MostAttempts, error);
                await Task.Delay(pause, parts.Time, cancellationToken);
            }
        }
    }

    private async ValueTask<bool> IsParkedAsync(EventRecord record, CancellationToken cancellationToken)
    {
        foreach (var open in new[] { DeadLetterStatus.Parked, DeadLetterStatus.ReplayRequested })
        {
            var query = new DeadLetterQuery(Flavor.Name, open, record.StreamId, Limit: 1);
            if (!(await parts.Letters.ListAsync(record.Tenant, query, cancellationToken)).IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    private TimeoutException TookTooLong(Exception error) =>
        new($"Flavor '{Flavor.Name}' did not finish with the event within Handlers:HandlingTimeout ({parts.Options.HandlingTimeout.TotalSeconds:0.#} s).", error);

    private TimeSpan PauseAfter(int attempt)
    {
        var pause = Flavor.FirstPause * Math.Pow(2, Math.Min(attempt - 1, 20));
        return (pause < Flavor.LongestPause ? pause : Flavor.LongestPause) * (0.75 + (Random.Shared.NextDouble() / 2));
    }

    private void Count(Settlement settled, EventRecord record)
    {
        switch (settled)
        {
            case Settlement.Repeated:
                parts.Instruments.Repeated(Flavor.Name, record.Tenant);
                break;
            case Settlement.Behind:
                parts.Instruments.Parked(Flavor.Name, record.Tenant, DeadLetterReason.BehindAnother);
                break;
            default:
                parts.Instruments.Handled(Flavor.Name, record.Tenant);
                break;
        }
    }

    [LoggerMessage(7010, LogLevel.Information, "Flavor {Flavor}: event {Type} {EventId} failed at attempt {Attempt} of {Most}.")]
    private static partial void LogRetry(ILogger logger, string flavor, string type, Guid eventId, int attempt, int most, Exception error);

    [LoggerMessage(
        7011, LogLevel.Error,
        "Flavor {Flavor}: event {Type} {EventId} of {StreamId} is parked after {Attempts} attempts; see case-cli dead-letters.")]
    private static partial void LogParked(ILogger logger, string flavor, string type, Guid eventId, Guid streamId, int attempts, Exception error);
}

/// <summary>Why an event could not be handled.</summary>
/// <param name="Reason">The kind of failure.</param>
/// <param name="Error">The last error that was not the limit's own.</param>
/// <param name="Attempts">How often it was tried.</param>
internal sealed record HandlingFailure(DeadLetterReason Reason, Exception Error, int Attempts)
{
    /// <summary>What a person is shown; only the handler's own failures need their stack.</summary>
    public string Text => Reason == DeadLetterReason.HandlerFailed ? Error.ToString() : Error.Message;
}
