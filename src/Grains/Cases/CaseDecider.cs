using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.Orgs;
using Switchboard.Grains.Projects;
using Switchboard.Projects;

namespace Switchboard.Grains.Cases;

/// <summary>Decides commands on a case. Pure: what it must know about the rest of the world comes as <see cref="CaseFacts"/>.</summary>
internal static class CaseDecider
{
    public static readonly DomainError NotFound = DomainError.NotFound("case not found");

    /// <summary>What follows from a command. A malformed command is refused as such even when there is no case.</summary>
    public static Decision<CaseEvent> Decide(CaseSnapshot? state, CaseCommand command, in CaseFacts facts)
    {
        if (CheckForm(command) is { } malformed)
        {
            return malformed;
        }

        if (command is OpenCase open)
        {
            return Open(state, open, facts);
        }

        if (state is null)
        {
            return NotFound;
        }

        if (MergeDecider.Frozen(state) is { } frozen)
        {
            return frozen;
        }

        return command switch
        {
            SetTitle c when c.Title != state.Title => new TitleChanged(state.Title, c.Title),
            SetDescription c when c.Description != state.Description => new DescriptionChanged(state.Description, c.Description),
            SetPriority c when c.Priority != state.Priority => new PriorityChanged(state.Priority, c.Priority),
            SetStatus c => ChangeStatus(state, c, facts),
            Assign c => ChangeAssignee(state, c.UserId, facts),
            Unassign when state.AssigneeId is { } assignee => new AssigneeChanged(assignee, null),
            ReplaceAttributes c => ChangeAttributes(state, c),
            Archive when state.ArchivedAt is null => new CaseArchived(),
            Unarchive when state.ArchivedAt is not null => new CaseUnarchived(),
            MoveToProject c when c.ProjectId != state.ProjectId => Move(state, c, facts),
            SetCustomValue c => CustomValueRules.Set(state, c, facts.Attributes),
            ClearCustomValue c => CustomValueRules.Clear(state, c, facts.Attributes),
            SetDueDate c when c.DueDate != state.Details.DueDate => new DueDateChanged(state.Details.DueDate, c.DueDate),
            SetResolvedReason c => CaseDetailRules.ChangeReason(state, c),
            Watch c => CaseDetailRules.Watch(state, c, facts),
            Unwatch c => CaseDetailRules.Unwatch(state, c),
            SetClosedReason c => ClosedReasonRules.Set(state, c.Reason),
            AddTask c => TaskRules.Add(state, c, facts),
            ChangeTask c => TaskRules.Change(state, c, facts),
            RemoveTask c => TaskRules.Remove(state, c),
            AddInsights c => CaseDetailRules.Add(state, c),
            RemoveInsights c => CaseDetailRules.Remove(state, c),
            SetTitle or SetDescription or SetPriority or Unassign or Archive or Unarchive or SetDueDate or MoveToProject => Decision<CaseEvent>.None,
            _ => throw new ArgumentException($"{command.GetType().Name} has no arm in {nameof(CaseDecider)}.", nameof(command)),
        };
    }

    /// <summary>Why a case cannot be opened so, or null. Asked before the new case's numbers are taken, so that a refusal uses none up.</summary>
    public static DomainError? Refusal(CaseSnapshot? state, OpenCase command, in CaseFacts facts)
    {
        if (CheckForm(command) is { } malformed)
        {
            return malformed;
        }

        if (state is not null)
        {
            return DomainError.Conflict($"case {state.Id} exists already, as {state.Key}");
        }

        if (facts.Project is null)
        {
            return ProjectDecider.NotFound;
        }

        if (facts.Type is null)
        {
            return CaseTypeDecider.NotFound;
        }

        if (CustomValueRules.CheckAll(facts.Attributes.IsDefault ? [] : facts.Attributes, Values(command)) is { } badValue)
        {
            return badValue;
        }

        if (command.StatusName is { } name && !facts.Type.TryFindStatus(name, out _))
        {
            return UnknownStatus(name, facts.Type);
        }

        return command.AssigneeId is null || facts.AssigneeExists ? null : UserDecider.NotFound;
    }

    private static DomainError? CheckForm(CaseCommand command) => command switch
    {
        OpenCase c => TextRules.Required("title", c.Title, Limits.CaseTitle)
            ?? TextRules.Optional("description", c.Description, Limits.CaseDescription)
            ?? CheckPriority(c.Priority)
            ?? CaseAttributes.Check(c.Attributes)
            ?? TextRules.Required("creation_source", c.CreationSource, Limits.Name)
            ?? TaskRules.CheckForm(c),
        SetTitle c => TextRules.Required("title", c.Title, Limits.CaseTitle),
        SetDescription c => TextRules.Optional("description", c.Description, Limits.CaseDescription),
        SetPriority c => CheckPriority(c.Priority),
        SetStatus { StatusName: null, Group: null } => DomainError.Malformed("one of status_name and status must be given"),
        SetStatus c => ClosedReasonRules.Check(c.ClosedReason),
        SetClosedReason c => ClosedReasonRules.Check(c.Reason),
        AddTask or ChangeTask => TaskRules.CheckForm(command),
        ReplaceAttributes c => CaseAttributes.Check(c.Attributes),
        SetResolvedReason c => CaseDetailRules.CheckReason(c.Reason),
        AddInsights c => CaseDetailRules.CheckInsights(c.Insights),
        RemoveInsights c => CaseDetailRules.CheckInsights(c.Insights),
        _ => null,
    };

    private static DomainError? CheckPriority(CasePriority priority) => priority is >= CasePriority.NotDefined and <= CasePriority.P5
        ? null
        : DomainError.Invalid($"invalid priority {(int)priority}. Must be one of P1, P2, P3, P4, P5, NOT_DEFINED");

    private static Decision<CaseEvent> Open(CaseSnapshot? state, OpenCase command, in CaseFacts facts)
    {
        if (Refusal(state, command, facts) is { } refused)
        {
            return refused;
        }

        var type = facts.Type!;
        var status = new CaseStatus(type.Open.Default, StatusGroup.Open);
        if (command.StatusName is { } name)
        {
            _ = type.TryFindStatus(name, out status);
        }

        var opened = new CaseOpened(
            command.ProjectId,
            KeyOf(facts.Project!, facts.Number),
            facts.Number.PublicId,
            type.Id,
            command.Title,
            command.Description,
            command.Priority,
            status.Name,
            status.Group,
            command.AssigneeId,
            CaseAttributes.Normalise(command.Attributes),
            command.CreationSource);
        var values = Values(command);
        return values.IsEmpty && command.Tasks.IsDefaultOrEmpty
            ? opened
            : ImmutableArray.Create<CaseEvent>([opened, .. CustomValueRules.Given(facts.Attributes, values), .. TaskRules.Given(command.Tasks)]);
    }

    private static ImmutableSortedDictionary<string, CustomValue> Values(OpenCase command) =>
        command.CustomValues ?? ImmutableSortedDictionary<string, CustomValue>.Empty;

    private static Decision<CaseEvent> ChangeStatus(CaseSnapshot state, SetStatus command, in CaseFacts facts)
    {
        if (facts.Type is not { } type)
        {
            return CaseTypeDecider.NotFound;
        }

        CaseStatus status;
        if (command.StatusName is { } name)
        {
            if (!type.TryFindStatus(name, out status))
            {
                return UnknownStatus(name, type);
            }
        }
        else
        {
            var group = command.Group!.Value;
            status = new CaseStatus(type[group].Default, group);
        }

        return ClosedReasonRules.ChangeStatus(state, status, command.ClosedReason);
    }

    private static Decision<CaseEvent> ChangeAssignee(CaseSnapshot state, Guid userId, in CaseFacts facts)
    {
        if (state.AssigneeId == userId)
        {
            return Decision<CaseEvent>.None;
        }

        if (!facts.AssigneeExists)
        {
            return UserDecider.NotFound;
        }

        var assigned = new AssigneeChanged(state.AssigneeId, userId);
        return facts.TakenUp is { } taken
            ? ImmutableArray.Create<CaseEvent>(assigned, new StatusChanged(state.StatusName, state.StatusGroup, taken.Name, taken.Group))
            : assigned;
    }

    private static Decision<CaseEvent> ChangeAttributes(CaseSnapshot state, ReplaceAttributes command)
    {
        var attributes = CaseAttributes.Normalise(command.Attributes);
        return CaseAttributes.Same(state.Attributes, attributes)
            ? Decision<CaseEvent>.None
            : new AttributesReplaced(state.Attributes, attributes);
    }

    private static Decision<CaseEvent> Move(CaseSnapshot state, MoveToProject command, in CaseFacts facts) => facts.Project is { } target
        ? new CaseMoved(state.ProjectId, state.Key, command.ProjectId, KeyOf(target, facts.Number))
        : ProjectDecider.NotFound;

    private static string KeyOf(ProjectSnapshot project, CaseNumber number) => $"{project.Key}-{number.InProject}";

    private static DomainError UnknownStatus(string name, CaseType type)
    {
        // The caller's text is repeated in the answer; a long one is cut so that the answer stays readable.
        var shown = name.Length <= 100 ? name : name[..100] + "...";
        return DomainError.Invalid($"invalid status {shown}. Must be one of {string.Join(", ", type.StatusNames)}");
    }
}
