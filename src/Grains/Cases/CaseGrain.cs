using Microsoft.Extensions.Logging;
using Orleans;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Projects;
using Switchboard.Grains.Timeline;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Timeline;

namespace Switchboard.Grains.Cases;

/// <summary>One case: looks up what deciding needs, and leaves the rest to the pure functions beside it.</summary>
internal sealed partial class CaseGrain(
    AggregateRuntime runtime,
    IAggregateRows<CaseSnapshot> rows,
    IAggregateRows<ProjectSnapshot> projects,
    ITimelineReader timeline,
    ICaseNumbers numbers,
    ICaseLinks links,
    ICaseCalls calls) : AggregateGrain<CaseSnapshot>(runtime), ICaseGrain
{
    private StreamName _stream;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var (orgId, id) = GrainKeys.Parse(this.GetPrimaryKeyString());
        _stream = new StreamName(orgId, "case", id);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<CaseSnapshot?> GetAsync(CancellationToken cancellationToken = default) => ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Outcome<CaseSnapshot>> ExecuteAsync(
        CaseCommand command, CommandContext context, CancellationToken cancellationToken = default) =>
        context.OrgId != _stream.OrgId ? new ValueTask<Outcome<CaseSnapshot>>(CaseDecider.NotFound)
        : command is OpenCase open ? OpenAsync(open, context, cancellationToken)
        : command is MoveToProject move ? MoveAsync(move, context, cancellationToken)
        : RunAsync(_stream, command, context, PlanAsync, AnswerJson.Default.CaseSnapshot, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Outcome<TimelineCell>> CommentAsync(
        CommentCommand command, CommandContext context, CancellationToken cancellationToken = default) =>
        context.OrgId == _stream.OrgId
            ? RunAsync(_stream, command, context, PlanCommentAsync, AnswerJson.Default.TimelineCell, cancellationToken)
            : new ValueTask<Outcome<TimelineCell>>(CaseDecider.NotFound);

    /// <inheritdoc/>
    public ValueTask<Outcome<CaseCall>> CallAsync(
        CallCommand command, CommandContext context, CancellationToken cancellationToken = default) =>
        context.OrgId == _stream.OrgId
            ? RunAsync(_stream, command, context, PlanCallAsync, AnswerJson.Default.CaseCall, cancellationToken)
            : new ValueTask<Outcome<CaseCall>>(CaseDecider.NotFound);

    /// <inheritdoc/>
    public async ValueTask<Outcome<CaseLink>> LinkAsync(
        LinkCommand command, CommandContext context, CancellationToken cancellationToken = default)
    {
        if (context.OrgId != _stream.OrgId)
        {
            return CaseDecider.NotFound;
        }

        if (LinkDecider.CheckForm(command) is { } malformed)
        {
            return malformed;
        }

        var outcome = await RunAsync(_stream, command, context, PlanLinkAsync, AnswerJson.Default.CaseLink, cancellationToken);
        if (outcome is { Succeeded: true, Replayed: false } && outcome.Value.EchoId is { } other)
        {
            await TellAsync(other);
        }

        return outcome;
    }

    /// <inheritdoc/>
    public async ValueTask<Outcome<CaseSnapshot>> MergeAsync(
        MergeCommand command, CommandContext context, CancellationToken cancellationToken = default)
    {
        if (context.OrgId != _stream.OrgId)
        {
            return CaseDecider.NotFound;
        }

        var other = command is MergeInto merge ? merge.IntoId : (await HoldAsync(cancellationToken))?.Details.Merged?.CaseId;
        var outcome = await RunAsync(_stream, command, context, PlanMergeAsync, AnswerJson.Default.CaseSnapshot, cancellationToken);
        if (outcome is { Succeeded: true, Replayed: false } && other is { } changed)
        {
            await TellAsync(changed);
        }

        return outcome;
    }

    /// <inheritdoc/>
    public ValueTask RefreshAsync(CancellationToken cancellationToken = default)
    {
        Drop();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected override ValueTask<CaseSnapshot?> LoadAsync(CancellationToken cancellationToken) =>
        rows.LoadAsync(_stream.OrgId, _stream.Id, cancellationToken);

    /// <inheritdoc/>
    protected override long VersionOf(CaseSnapshot state) => state.Version;

    /// <inheritdoc/>
    protected override DomainError? ConflictOf(string constraint, object command) => (constraint, command) switch
    {
        ("timeline_cell_pkey", AddComment c) => CommentDecider.CellTaken(c.CellId),
        ("case_call_pkey", _) => CallDecider.Taken(((CallCommand)command).CallId),
        ("case_link_pair" or "case_link_pkey", AddLink c) => LinkDecider.Taken(c.Relationship),
        _ => null,
    };

    private async ValueTask<Outcome<CaseSnapshot>> OpenAsync(OpenCase command, CommandContext context, CancellationToken cancellationToken)
    {
        var outcome = await RunAsync<CaseCommand, CaseSnapshot>(
            _stream, command, context, PlanAsync, AnswerJson.Default.CaseSnapshot, cancellationToken);
        if (outcome is { Succeeded: true, Replayed: false })
        {
            await DropIfProjectIsGoneAsync(command.ProjectId);
        }

        return outcome;
    }

    private async ValueTask<Outcome<CaseSnapshot>> MoveAsync(MoveToProject command, CommandContext context, CancellationToken cancellationToken)
    {
        var outcome = await RunAsync<CaseCommand, CaseSnapshot>(
            _stream, command, context, PlanAsync, AnswerJson.Default.CaseSnapshot, cancellationToken);
        if (outcome is { Succeeded: true, Replayed: false })
        {
            await DropIfProjectIsGoneAsync(command.ProjectId);
        }

        return outcome;
    }

    /// <summary>
    /// A project tells the cases that it found when its deletion began; one that was committed just after that must ask by itself,
    /// or it would go on showing a deleted case. The project's grain answers when the deletion is done.
    /// </summary>
    private async ValueTask DropIfProjectIsGoneAsync(Guid projectId)
    {
        try
        {
            if (await FindProjectAsync(projectId, CancellationToken.None) is not null)
            {
                return;
            }
        }
        catch (Exception unanswered)
        {
            // The opening is committed and its answer stands; only what is held is in doubt.
            LogProjectUnknown(Log, _stream.Id, unanswered);
        }

        Drop();
    }

    private async ValueTask<Plan<CaseSnapshot, CaseSnapshot>> PlanAsync(
        CaseSnapshot? state, CaseCommand command, CommandContext context, CancellationToken cancellationToken)
    {
        var facts = command switch
        {
            OpenCase open when state is null => await LookUpForOpeningAsync(open, cancellationToken),
            SetStatus when state is not null => new CaseFacts { Type = await FindTypeAsync(state.TypeId, cancellationToken) },
            SetCustomValue or ClearCustomValue when state is not null =>
                new CaseFacts { Attributes = (await FindTypeOfOrgAsync(state.TypeId, cancellationToken))?.Attributes ?? [] },
            Assign assign when state is not null && state.AssigneeId != assign.UserId =>
                await LookUpForAssigningAsync(state, assign, context.Actor, cancellationToken),
            Watch watch when state is not null && !state.Details.Watchers.Contains(watch.UserId) =>
                new CaseFacts { AssigneeExists = await UserExistsAsync(watch.UserId, cancellationToken) },
            AddTask { AssigneeId: { } owner } when state is not null =>
                new CaseFacts { AssigneeExists = await UserExistsAsync(owner, cancellationToken) },
            ChangeTask { AssigneeId: { } owner } when state is not null =>
                new CaseFacts { AssigneeExists = await UserExistsAsync(owner, cancellationToken) },
            MoveToProject move when state is not null && state.ProjectId != move.ProjectId =>
                await LookUpForMovingAsync(move.ProjectId, cancellationToken),
            _ => default,
        };

        if (command is OpenCase opening)
        {
            if (CaseDecider.Refusal(state, opening, facts) is { } refused)
            {
                return refused;
            }

            facts = facts with { Number = await numbers.NextAsync(_stream.OrgId, opening.ProjectId, cancellationToken) };
        }

        return CasePlan.Of(state, CaseDecider.Decide(state, command, facts), Origin(context));
    }

    private async ValueTask<Plan<CaseSnapshot, TimelineCell>> PlanCommentAsync(
        CaseSnapshot? state, CommentCommand command, CommandContext context, CancellationToken cancellationToken)
    {
        var existing = state is null || command is AddComment
            ? null
            : await timeline.FindAsync(_stream.OrgId, _stream.Id, command.CellId, cancellationToken);
        var facts = new CommentFacts(context.Actor, context.ManagesProject, existing);
        return CasePlan.Of(state, CommentDecider.Decide(state, command, facts), Origin(context), existing);
    }

    private async ValueTask<Plan<CaseSnapshot, CaseCall>> PlanCallAsync(
        CaseSnapshot? state, CallCommand command, CommandContext context, CancellationToken cancellationToken)
    {
        var (org, known) = (_stream.OrgId, state is null ? null : await calls.FindAsync(_stream.OrgId, command.CallId, cancellationToken));
        var facts = new CallFacts(
            known,
            state is not null && known is null ? await calls.CountAsync(org, _stream.Id, cancellationToken) : 0,
            known is not null && known.CaseId != _stream.Id && await calls.IsMergedAsync(org, known.CaseId, _stream.Id, cancellationToken));
        return CallPlan.Of(state, known, CallDecider.Decide(state, command, facts), Origin(context));
    }

    private async ValueTask<Plan<CaseSnapshot, CaseLink>> PlanLinkAsync(
        CaseSnapshot? state, LinkCommand command, CommandContext context, CancellationToken cancellationToken)
    {
        var facts = command switch
        {
            AddLink add when state is not null => await LookUpForLinkAsync(add, cancellationToken),
            RemoveLink => new LinkFacts { Link = await links.FindAsync(_stream.OrgId, command.LinkId, cancellationToken) },
            _ => default,
        };
        return LinkPlan.Of(state, LinkDecider.Decide(state, command, facts), Origin(context), facts.Link);
    }

    private async ValueTask<Plan<CaseSnapshot, CaseSnapshot>> PlanMergeAsync(
        CaseSnapshot? state, MergeCommand command, CommandContext context, CancellationToken cancellationToken)
    {
        var facts = state is null ? default : await LookUpForMergeAsync(state, command, cancellationToken);
        return MergePlan.Of(state, command, MergeDecider.Decide(state, command, facts), facts, Origin(context));
    }

    private async ValueTask<MergeFacts> LookUpForMergeAsync(CaseSnapshot state, MergeCommand command, CancellationToken cancellationToken)
    {
        var org = _stream.OrgId;
        var type = await FindTypeAsync(state.TypeId, cancellationToken);

        // Asked of the row, as for a link: two cases that are merged into each other at once must not wait for each other.
        if (command is not MergeInto { IntoId: var intoId })
        {
            var into = state.Details.Merged;
            return into is null ? default : new MergeFacts
            {
                Other = await rows.LoadAsync(org, into.CaseId, cancellationToken),
                Type = type,
                Link = into.LinkId is { } made ? await links.FindAsync(org, made, cancellationToken) : null,
            };
        }

        var (own, other) = (LinkEnd.Case(state.Id), LinkEnd.Case(intoId));
        var ofOwn = await links.ListAsync(org, own, null, cancellationToken);
        var ofOther = await links.ListAsync(org, other, null, cancellationToken);
        return new MergeFacts
        {
            Other = await rows.LoadAsync(org, intoId, cancellationToken),
            Type = type,
            Link = ofOwn.FirstOrDefault(link => link.Relationship == CaseLinkNames.Duplicates && link.Parent == own && link.Child == other),
            LeadsBack = await links.LeadsToAsync(org, CaseLinkNames.Duplicates, other, own, cancellationToken),
            Links = Math.Max(ofOwn.Length, ofOther.Length),
            NewLinkId = Guid.CreateVersion7(Now),
        };
    }

    private async ValueTask<LinkFacts> LookUpForLinkAsync(AddLink command, CancellationToken cancellationToken)
    {
        var (org, parent, child) = (_stream.OrgId, command.Parent, command.Child);
        var other = parent.CaseId == _stream.Id ? child.CaseId : parent.CaseId;

        // Asked of the row: two cases that are being linked to each other at once must not wait for each other.
        var otherExists = other is not { } id || await rows.LoadAsync(org, id, cancellationToken) is not null;
        var ofParent = await links.ListAsync(org, parent, null, cancellationToken);
        var ofChild = await links.ListAsync(org, child, null, cancellationToken);
        return new LinkFacts
        {
            OtherExists = otherExists,
            LeadsBack = CaseLinkNames.Acyclic.Contains(command.Relationship)
                && await links.LeadsToAsync(org, command.Relationship, child, parent, cancellationToken),
            Links = Math.Max(ofParent.Length, ofChild.Length),
        };
    }

    private async ValueTask TellAsync(Guid caseId)
    {
        try
        {
            await GrainFactory.GetGrain<ICaseGrain>(GrainKeys.Of(_stream.OrgId, caseId)).RefreshAsync();
        }
        catch (Exception fault)
        {
            // The link is committed at both ends; that grain's next append finds the newer version and reads its row.
            LogNotTold(Log, caseId, fault);
        }
    }

    private async ValueTask<CaseFacts> LookUpForOpeningAsync(OpenCase command, CancellationToken cancellationToken)
    {
        var type = await FindTypeOfOrgAsync(command.TypeId, cancellationToken);
        return new CaseFacts
        {
            Type = type is { DeletedAt: null } ? type.Type : null,
            Attributes = type?.Attributes ?? [],
            Project = await FindProjectAsync(command.ProjectId, cancellationToken),
            AssigneeExists = command.AssigneeId is { } assignee && await UserExistsAsync(assignee, cancellationToken),
        };
    }

    private async ValueTask<CaseFacts> LookUpForAssigningAsync(CaseSnapshot state, Assign command, Actor actor, CancellationToken cancellationToken)
    {
        var facts = new CaseFacts { AssigneeExists = await UserExistsAsync(command.UserId, cancellationToken) };

        // Asked of the row: a project that is being deleted waits for its cases.
        return actor == Actor.User(command.UserId)
            && state.StatusGroup == StatusGroup.Open
            && await projects.LoadAsync(_stream.OrgId, state.ProjectId, cancellationToken) is { } project
            && ProjectSettings.TakesUpAssigned(project.Settings)
            && await FindTypeAsync(state.TypeId, cancellationToken) is { } type
            ? facts with { TakenUp = new CaseStatus(type[StatusGroup.InProgress].Default, StatusGroup.InProgress) }
            : facts;
    }

    private ValueTask<CaseTypeSnapshot?> FindTypeOfOrgAsync(Guid typeId, CancellationToken cancellationToken) =>
        GrainFactory.GetGrain<ICaseTypeGrain>(GrainKeys.Of(_stream.OrgId, typeId)).GetAsync(cancellationToken);

    /// <summary>A type's statuses; those of a built-in type never change and are asked of nobody.</summary>
    private async ValueTask<CaseType?> FindTypeAsync(Guid typeId, CancellationToken cancellationToken) =>
        CaseTypes.Find(typeId) ?? (await FindTypeOfOrgAsync(typeId, cancellationToken))?.Type;

    private async ValueTask<CaseFacts> LookUpForMovingAsync(Guid projectId, CancellationToken cancellationToken)
    {
        var project = await FindProjectAsync(projectId, cancellationToken);
        return project is null
            ? default
            : new CaseFacts { Project = project, Number = await numbers.NextInProjectAsync(_stream.OrgId, projectId, cancellationToken) };
    }

    private ValueTask<ProjectSnapshot?> FindProjectAsync(Guid projectId, CancellationToken cancellationToken) =>
        GrainFactory.GetGrain<IProjectGrain>(GrainKeys.Of(_stream.OrgId, projectId)).GetAsync(cancellationToken);

    private async ValueTask<bool> UserExistsAsync(Guid userId, CancellationToken cancellationToken) =>
        await GrainFactory.GetGrain<IUserGrain>(GrainKeys.Of(_stream.OrgId, userId)).GetAsync(cancellationToken) is not null;

    private PlanOrigin Origin(CommandContext context) => new(_stream, context.Actor, Now);

    [LoggerMessage(3020, LogLevel.Warning, "Case {CaseId} was opened, but its project could not be asked whether it still exists; the row will be read anew")]
    private static partial void LogProjectUnknown(ILogger logger, Guid caseId, Exception fault);

    [LoggerMessage(3021, LogLevel.Warning, "Case {CaseId} was changed from another one, but its grain could not be told")]
    private static partial void LogNotTold(ILogger logger, Guid caseId, Exception fault);
}
