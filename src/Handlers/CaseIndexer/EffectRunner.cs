using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Orleans;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Intake;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.CaseIndexer;

/// <summary>
/// Does to cases what was decided, in order. Each command carries the effect's id, so that a repetition changes nothing; the effect is
/// forgotten when it is done.
/// </summary>
internal sealed partial class EffectRunner(
    IGrainFactory grains, IAggregateRows<CaseSnapshot> cases, TenantDatabase database, IndexerInstruments instruments, ILogger<EffectRunner> logger)
{
    private const string Source = "ALERT";

    /// <summary>Does them, one after the other.</summary>
    /// <param name="pending">What is to be done.</param>
    /// <param name="forget">Called with what was done in the end, also when not all of it was.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">A case refuses one; it and those behind it stay to be done.</exception>
    /// <exception cref="DependencyUnavailableException">A case is still to be opened by another dedup key's alert.</exception>
    public async ValueTask RunAsync(ImmutableArray<PendingEffect> pending, Func<Guid[], ValueTask> forget, CancellationToken cancellationToken)
    {
        List<Guid> done = [];
        try
        {
            foreach (var one in pending)
            {
                await RunAsync(one, cancellationToken);
                instruments.Changed();
                done.Add(one.Id);
            }
        }
        finally
        {
            if (done.Count > 0)
            {
                await forget([.. done]);
            }
        }
    }

    private async ValueTask RunAsync(PendingEffect pending, CancellationToken cancellationToken)
    {
        var grain = grains.GetGrain<ICaseGrain>(GrainKeys.Of(pending.OrgId, pending.Effect.CaseId));
        var error = pending.Effect switch
        {
            OpensCase open => (await grain.ExecuteAsync(
                new OpenCase(open.ProjectId, open.TypeId, open.Title, open.Description, open.Priority, null, null, open.Attributes, Source), ContextOf(pending), cancellationToken)).Error,
            CommentsCase comment => (await grain.CommentAsync(new AddComment(pending.Id, comment.Text), ContextOf(pending), cancellationToken)).Error,
            MovesCase move => await MoveAsync(grain, pending, move, cancellationToken),
            RaisesCase raise => (await grain.ExecuteAsync(new SetPriority(raise.Priority), ContextOf(pending), cancellationToken)).Error,
            var other => throw new InvalidOperationException($"{other.GetType().Name} is nothing that can be done to a case."),
        };
        if (error is null)
        {
            return;
        }

        if (pending.Effect is OpensCase && error.Kind == ErrorKind.Conflict && await cases.LoadAsync(pending.OrgId, pending.Effect.CaseId, cancellationToken) is not null)
        {
            // Opened so long ago that the answer under its key is forgotten.
            return;
        }

        if (pending.Effect is not OpensCase && await cases.LoadAsync(pending.OrgId, pending.Effect.CaseId, cancellationToken) is not { Details.Merged: null, ArchivedAt: null })
        {
            if (error.Kind == ErrorKind.NotFound && await IsStillToBeOpenedAsync(pending.Effect.CaseId, cancellationToken))
            {
                throw new DependencyUnavailableException($"Case {pending.Effect.CaseId} is not open yet: the alert of another dedup key opens it.");
            }

            // Archived, merged or deleted meanwhile: there is nobody left to tell.
            LogGone(pending.Effect.CaseId, pending.Effect.GetType().Name, error.Detail ?? error.Title);
            return;
        }

        // A refusal is not appended: the next attempt is to decide on the case as it is.
        await grain.RefreshAsync(cancellationToken);
        throw new InvalidOperationException(
            $"{pending.Effect.GetType().Name} was refused by case {pending.Effect.CaseId}: {error.Title}. {error.Detail} "
            + "Set the integration's project and type right, or bring the project back, and replay this (case-cli dead-letters).");
    }

    /// <summary>A case that a person has closed stays so; one in progress is not taken back.</summary>
    private async ValueTask<DomainError?> MoveAsync(ICaseGrain grain, PendingEffect pending, MovesCase move, CancellationToken cancellationToken)
    {
        var now = (await cases.LoadAsync(pending.OrgId, move.CaseId, cancellationToken))?.StatusGroup;
        var isMoot = now == move.Group || (move.Group == StatusGroup.InProgress && now == StatusGroup.Closed);
        return isMoot ? null : (await grain.ExecuteAsync(new SetStatus(null, move.Group), ContextOf(pending), cancellationToken)).Error;
    }

    private async ValueTask<bool> IsStillToBeOpenedAsync(Guid caseId, CancellationToken cancellationToken)
    {
        await using var command = database.Primary.CreateCommand("select exists (select from intake_effect where case_id = $1 and opens)");
        command.Parameters.Add(Parameters.Of(caseId));
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static CommandContext ContextOf(PendingEffect pending)
    {
        var key = $"intake {pending.Id:N}";
        return new CommandContext(
            pending.OrgId,
            new Actor(ActorKind.Integration, pending.IntegrationId),
            key,
            new IdempotencyKey(key, Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key)))),
            CausationId: $"intake:{pending.StreamId:N}:{pending.Version}");
    }

    [LoggerMessage(7500, LogLevel.Information, "Case {CaseId} is archived, merged or deleted; {Effect} of an alert was left out ({Reason}).")]
    private partial void LogGone(Guid caseId, string effect, string reason);
}
