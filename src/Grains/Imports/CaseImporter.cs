using System.Collections.Immutable;
using Orleans;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Orgs;
using Switchboard.Projects;

namespace Switchboard.Grains.Imports;

/// <summary>
/// No grain is asked for a case that nobody has yet: the log decides whether it is new, and its grain, once called, reads the row.
/// </summary>
internal sealed class CaseImporter(IGrainFactory grains, IEventStore events, ICaseNumbers numbers, IImportLedger ledger) : ICaseImporter
{
    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<Task<ImportOutcome>>> TakeAsync(
        ImmutableArray<ImportedCase> cases, ImportContext context, CancellationToken cancellationToken)
    {
        var known = (await ledger.KeysOfAsync(context.OrgId, [.. cases.Select(static one => one.Id)], cancellationToken))
            .ToDictionary(static one => one.Id, static one => one.Key);
        var lookUps = new LookUps(grains, context.OrgId);
        var outcomes = new Task<ImportOutcome>?[cases.Length];
        var facts = new ImportFacts[cases.Length];
        for (var i = 0; i < cases.Length; i++)
        {
            var one = cases[i];
            if (known.TryGetValue(one.Id, out var key))
            {
                outcomes[i] = Task.FromResult(new ImportOutcome(one.Id, key, IsNew: false, null));
                continue;
            }

            facts[i] = await lookUps.OfAsync(one);
            if (ImportPlan.Of(one, context, facts[i], default).Error is { } refused)
            {
                outcomes[i] = Task.FromResult(ImportOutcome.Refused(one.Id, refused));
            }
        }

        foreach (var ofProject in Enumerable.Range(0, cases.Length).Where(i => outcomes[i] is null).GroupBy(i => cases[i].Opening.ProjectId).ToArray())
        {
            var next = await numbers.NextRangeAsync(context.OrgId, ofProject.Key, ofProject.Count(), cancellationToken);
            foreach (var i in ofProject)
            {
                outcomes[i] = AppendAsync(cases[i], context, facts[i], next);
                next = new CaseNumber(next.InProject + 1, next.PublicId + 1);
            }
        }

        return [.. outcomes.Select(static outcome => outcome!)];
    }

    private async Task<ImportOutcome> AppendAsync(ImportedCase one, ImportContext context, ImportFacts facts, CaseNumber number)
    {
        var (append, made, refused) = ImportPlan.Of(one, context, facts, number);
        if (refused is not null)
        {
            return ImportOutcome.Refused(one.Id, refused);
        }

        var result = await events.AppendAsync(append!, CancellationToken.None);
        if (result.Status == AppendStatus.Appended)
        {
            return new ImportOutcome(one.Id, made!.Key, IsNew: true, null);
        }

        if (result.Status != AppendStatus.VersionConflict)
        {
            throw new InvalidOperationException($"The append of imported case {one.Id} ended as {result.Status} ({result.Constraint}), which no value of a caller can cause.");
        }

        var there = await ledger.KeysOfAsync(context.OrgId, [one.Id], CancellationToken.None);
        return there.IsEmpty
            ? ImportOutcome.Refused(one.Id, DomainError.Conflict("the case was imported before and deleted since, or its project was deleted just now"))
            : new ImportOutcome(one.Id, there[0].Key, IsNew: false, null);
    }

    /// <summary>Asks for each project, type and user once.</summary>
    private sealed class LookUps(IGrainFactory grains, Guid orgId)
    {
        private readonly Dictionary<Guid, CaseTypeSnapshot?> _types = [];
        private readonly Dictionary<Guid, ProjectSnapshot?> _projects = [];
        private readonly Dictionary<Guid, bool> _users = [];

        public async ValueTask<ImportFacts> OfAsync(ImportedCase imported)
        {
            var opening = imported.Opening;
            if (!_types.TryGetValue(opening.TypeId, out var type))
            {
                type = _types[opening.TypeId] = await grains.GetGrain<ICaseTypeGrain>(GrainKeys.Of(orgId, opening.TypeId)).GetAsync();
            }

            if (!_projects.TryGetValue(opening.ProjectId, out var project))
            {
                project = _projects[opening.ProjectId] = await grains.GetGrain<IProjectGrain>(GrainKeys.Of(orgId, opening.ProjectId)).GetAsync();
            }

            var users = ImmutableHashSet<Guid>.Empty;
            foreach (var user in ImportPlan.UsersOf(imported))
            {
                if (!_users.TryGetValue(user, out var exists))
                {
                    exists = _users[user] = await grains.GetGrain<IUserGrain>(GrainKeys.Of(orgId, user)).GetAsync() is not null;
                }

                users = exists ? users.Add(user) : users;
            }

            return new ImportFacts(
                new CaseFacts
                {
                    Type = type is { DeletedAt: null } ? type.Type : null,
                    Attributes = type?.Attributes ?? [],
                    Project = project,
                    AssigneeExists = opening.AssigneeId is { } assignee && users.Contains(assignee),
                },
                users);
        }
    }
}
