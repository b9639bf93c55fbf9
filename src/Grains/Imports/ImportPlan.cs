using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;

namespace Switchboard.Grains.Imports;

/// <summary>What the organisation has that an imported case may refer to.</summary>
/// <param name="Opening">For the opening; its number is not taken yet.</param>
/// <param name="Users">Those of the users named by the case that there are.</param>
internal readonly record struct ImportFacts(CaseFacts Opening, ImmutableHashSet<Guid> Users);

/// <summary>
/// Turns an imported case into the append that makes it: every event as if the command had been given then, decided by the same rules, at
/// its own time and by its own author.
/// </summary>
internal static class ImportPlan
{
    private static readonly DomainError UnknownUser = DomainError.NotFound("user not found");

    /// <summary>The append, or why the case cannot be imported so.</summary>
    public static (AppendRequest? Append, CaseSnapshot? Case, DomainError? Error) Of(
        ImportedCase imported, ImportContext context, in ImportFacts facts, CaseNumber number)
    {
        if (Check(imported, facts) is { } unknown)
        {
            return (null, null, unknown);
        }

        var stream = new StreamName(context.OrgId, "case", imported.Id);
        var events = ImmutableArray.CreateBuilder<NewEvent>(imported.Steps.Length + 1);
        var changes = ImmutableArray.CreateBuilder<StateChange>(imported.Steps.Length + 2);
        CaseSnapshot? state = null;
        var opening = new ImportedStep(imported.OpenedAt, imported.Opener, imported.Opening);
        foreach (var step in imported.Steps.OrderBy(static step => step.At).Prepend(opening))
        {
            var author = step.Author is { } user ? Actor.User(user) : context.Importer;
            var at = StoredTime.Of(step.At);
            var plan = CasePlan.Of(state, Decide(state, step, facts, number), new PlanOrigin(stream, author, at));
            if (plan.Error is { } refused)
            {
                return (null, null, refused);
            }

            state = plan.Next;
            events.AddRange(plan.Events.Select(one => one with { Author = author }));
            changes.AddRange(plan.Changes.Where(static change => change is CellAdded));
        }

        changes.Add(new CaseWritten(state!, TextChanged: true, DetailsChanged: true));
        var metadata = new EventMetadata(context.Importer, context.CorrelationId, context.CausationId);
        return (new AppendRequest(stream, 0, events.DrainToImmutable(), changes.DrainToImmutable(), metadata), state, null);
    }

    /// <summary>The users that a case refers to.</summary>
    public static IEnumerable<Guid> UsersOf(ImportedCase imported)
    {
        if (imported.Opener is { } opener)
        {
            yield return opener;
        }

        if (imported.Opening.AssigneeId is { } assignee)
        {
            yield return assignee;
        }

        foreach (var step in imported.Steps)
        {
            if (step.Author is { } author)
            {
                yield return author;
            }

            if (step.Change is Assign assigned)
            {
                yield return assigned.UserId;
            }
        }
    }

    private static DomainError? Check(ImportedCase imported, in ImportFacts facts)
    {
        if (CaseDecider.Refusal(null, imported.Opening, facts.Opening) is { } refused)
        {
            return refused;
        }

        var users = facts.Users;
        return UsersOf(imported).All(users.Contains) ? null : UnknownUser;
    }

    private static Decision<CaseEvent> Decide(CaseSnapshot? state, ImportedStep step, in ImportFacts facts, CaseNumber number)
    {
        if (step.Comment is { } text)
        {
            return CommentDecider.Decide(state, new AddComment(Guid.CreateVersion7(step.At), text), default);
        }

        return CaseDecider.Decide(state, step.Change!, facts.Opening with { Number = number, AssigneeExists = true });
    }
}
