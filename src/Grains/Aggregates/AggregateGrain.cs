using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Orleans;
using Switchboard.Commands;
using Switchboard.Grains.EventStore;

namespace Switchboard.Grains.Aggregates;

/// <summary>
/// What the grains of all aggregates do alike: hold the row, decide on it, append, and answer what has been committed. The
/// append's expected version decides between writers, not the turn of this activation; after anything that leaves the outcome
/// open the held row is dropped and read anew.
/// </summary>
/// <typeparam name="TSnapshot">The aggregate's state.</typeparam>
/// <param name="runtime">The log, the time.</param>
internal abstract partial class AggregateGrain<TSnapshot>(AggregateRuntime runtime) : Grain
    where TSnapshot : class
{
    /// <summary>
    /// How often a command is decided before other writers have won. Many, because the winner has the advantage: it decides its next
    /// command on what it just wrote, while the loser must read first.
    /// </summary>
    internal const int MostTries = 50;

    private TSnapshot? _held;

    /// <summary>Plans a command on a state. Called again with the state read anew after a version conflict.</summary>
    protected delegate ValueTask<Plan<TSnapshot, TAnswer>> Planner<in TCommand, TAnswer>(
        TSnapshot? state, TCommand command, CommandContext context, CancellationToken cancellationToken)
        where TAnswer : class;

    /// <summary>The present in whole microseconds.</summary>
    protected DateTimeOffset Now => StoredTime.Now(runtime.Clock);

    /// <summary>Where faults are told.</summary>
    protected ILogger Log => runtime.Log;

    /// <summary>Reads the row, or null when there is none.</summary>
    protected abstract ValueTask<TSnapshot?> LoadAsync(CancellationToken cancellationToken);

    /// <summary>The version that the next append expects.</summary>
    protected abstract long VersionOf(TSnapshot state);

    /// <summary>The refusal that a taken unique value means to the caller of a command; null when it can only be a fault of ours.</summary>
    protected virtual DomainError? ConflictOf(string constraint, object command) => null;

    /// <summary>The state for a reader. Completes at once when the row is held; an activation that finds no row goes away.</summary>
    protected ValueTask<TSnapshot?> ReadAsync(CancellationToken cancellationToken)
    {
        return _held is { } held ? new ValueTask<TSnapshot?>(held) : ReadRowAsync(cancellationToken);

        async ValueTask<TSnapshot?> ReadRowAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await HoldAsync(cancellationToken);
            }
            finally
            {
                LeaveIfEmpty();
            }
        }
    }

    /// <summary>The state for a command, which goes on afterwards: unlike <see cref="ReadAsync"/> it keeps an empty activation.</summary>
    protected async ValueTask<TSnapshot?> HoldAsync(CancellationToken cancellationToken) =>
        _held ??= await LoadAsync(cancellationToken);

    /// <summary>Drops the held row together with this activation, whatever is running in it.</summary>
    protected void Drop()
    {
        _held = null;
        DeactivateOnIdle();
    }

    /// <summary>Runs a command to its end: answered from an earlier run, refused, or committed.</summary>
    /// <exception cref="StorageUnavailableException">Nothing is known to be committed, or other writers kept winning; the caller may try again.</exception>
    protected async ValueTask<Outcome<TAnswer>> RunAsync<TCommand, TAnswer>(
        StreamName stream,
        TCommand command,
        CommandContext context,
        Planner<TCommand, TAnswer> plan,
        JsonTypeInfo<TAnswer> json,
        CancellationToken cancellationToken)
        where TCommand : class
        where TAnswer : class
    {
        try
        {
            if (context.Idempotency is { } key
                && await runtime.Events.FindAnswerAsync(context.OrgId, key.Key, cancellationToken) is { } known)
            {
                return Replay(known, key, json);
            }

            for (var tries = 1; ; tries++)
            {
                var state = await HoldAsync(cancellationToken);
                var planned = await plan(state, command, context, cancellationToken);
                if (planned.Error is { } refused)
                {
                    return refused;
                }

                var answer = planned.Answer!;
                if (planned.Events.IsEmpty && context.Idempotency is null)
                {
                    return answer;
                }

                var version = state is null ? 0 : VersionOf(state);
                var result = await AppendAsync(Request(stream, version, planned, context, json), cancellationToken);
                switch (result.Status)
                {
                    case AppendStatus.Appended:
                        _held = planned.Next;
                        return answer;

                    case AppendStatus.DuplicateCommand:
                        return await ReplayAsync(context, json, cancellationToken);

                    case AppendStatus.UniqueConflict:
                        return ConflictOf(result.Constraint ?? "", command) ?? throw new InvalidOperationException(
                            $"{command.GetType().Name} on {stream.Type} {stream.Id} broke the constraint {result.Constraint}, which no value of a caller can.");

                    case AppendStatus.VersionConflict:
                        _held = null;
                        if (tries == MostTries)
                        {
                            return await GiveUpAsync(command, stream, version, cancellationToken);
                        }

                        LogConflict(runtime.Log, stream.Type, stream.Id, version, tries);
                        break;

                    default:
                        throw new InvalidOperationException($"An append ended as {result.Status}, which {nameof(RunAsync)} does not know.");
                }
            }
        }
        finally
        {
            LeaveIfEmpty();
        }
    }

    private async ValueTask<DomainError> GiveUpAsync(
        object command, StreamName stream, long version, CancellationToken cancellationToken)
    {
        if (version == 0 && await HoldAsync(cancellationToken) is null)
        {
            // Nobody else made it, and still it cannot be made: its stream ended with a deletion, or its parent is gone.
            return DomainError.Conflict($"{stream.Type} {stream.Id} cannot be created: its id was in use, or what it belongs to was deleted");
        }

        throw new StorageUnavailableException(
            $"{command.GetType().Name} on {stream.Type} {stream.Id} lost against other writers {MostTries} times; try again.");
    }

    private void LeaveIfEmpty()
    {
        if (_held is null)
        {
            DeactivateOnIdle();
        }
    }

    private async ValueTask<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await runtime.Events.AppendAsync(request, cancellationToken);
        }
        catch (Exception fault)
        {
            // It may have been committed: what is held is no longer known to be true.
            _held = null;
            LogUnknownOutcome(runtime.Log, request.Stream.Type, request.Stream.Id, request.ExpectedVersion, fault);
            throw;
        }
    }

    private static AppendRequest Request<TAnswer>(
        StreamName stream,
        long version,
        in Plan<TSnapshot, TAnswer> planned,
        CommandContext context,
        JsonTypeInfo<TAnswer> json)
        where TAnswer : class
    {
        var kept = context.Idempotency is { } key
            ? new StoredAnswer(context.OrgId, key.Key, key.RequestHash, JsonSerializer.Serialize(planned.Answer!, json))
            : null;
        var trace = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null;
        var metadata = new EventMetadata(context.Actor, context.CorrelationId, context.CausationId, trace);
        return new AppendRequest(stream, version, planned.Events, planned.Changes, metadata, kept);
    }

    private async ValueTask<Outcome<TAnswer>> ReplayAsync<TAnswer>(
        CommandContext context, JsonTypeInfo<TAnswer> json, CancellationToken cancellationToken)
        where TAnswer : class
    {
        var key = context.Idempotency
            ?? throw new InvalidOperationException("The store reports a known idempotency key for a command that has none.");
        var known = await runtime.Events.FindAnswerAsync(context.OrgId, key.Key, cancellationToken)
            ?? throw new StorageUnavailableException("The same request ran just now, and its answer cannot be read yet; try again.");

        // The run that won may have gone through another activation of this aggregate.
        _held = null;
        return Replay(known, key, json);
    }

    private static Outcome<TAnswer> Replay<TAnswer>(StoredAnswer known, IdempotencyKey key, JsonTypeInfo<TAnswer> json)
        where TAnswer : class =>
        string.Equals(known.RequestHash, key.RequestHash, StringComparison.Ordinal)
            ? new Outcome<TAnswer>(JsonSerializer.Deserialize(known.Json, json), null, Replayed: true)
            : new DomainError(
                ErrorKind.IdempotencyMismatch,
                "Idempotency Key Reused",
                "the idempotency key was used with another request body; take a new key for a new request");
}
