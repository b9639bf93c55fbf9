using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.Projects;
using Switchboard.Grains.Search;
using Switchboard.Views;

namespace Switchboard.Grains.Views;

/// <summary>What the grain looked up before a command on a view is decided.</summary>
/// <param name="ProjectExists">Whether the project of a new view is one of the organisation's.</param>
/// <param name="Views">How many views that project has.</param>
internal readonly record struct ViewFacts(bool ProjectExists, int Views);

/// <summary>Decides commands on saved views. Pure.</summary>
internal static class ViewDecider
{
    public static readonly DomainError NotFound = DomainError.NotFound("case view not found");

    /// <summary>What follows from a command. A malformed command is refused as such even when there is no view.</summary>
    public static Decision<ViewEvent> Decide(ViewSnapshot? state, ViewCommand command, in ViewFacts facts) => command switch
    {
        CreateView c => Check(c.Content) is { } malformed ? malformed
            : state is not null ? DomainError.Conflict($"case view {state.Id} exists already")
            : !facts.ProjectExists ? ProjectDecider.NotFound
            : facts.Views >= Limits.Views ? DomainError.Invalid($"a project may have at most {Limits.Views} views")
            : new ViewCreated(c.ProjectId, Tidy(c.Content)),
        UpdateView c => Update(state, c),
        DeleteView => state is null ? NotFound : new ViewDeleted(state.ProjectId, state.Content),
        _ => throw new ArgumentException($"{command.GetType().Name} has no arm in {nameof(ViewDecider)}.", nameof(command)),
    };

    /// <summary>Why a search would not take a query, or null: the same parser, the same meaning of facets.</summary>
    public static DomainError? CheckQuery(string query)
    {
        var parsed = SearchQuery.Parse(query);
        return parsed.Succeeded
            ? SearchBinder.Bind(parsed.Value, new SearchContext(Guid.Empty, DateTimeOffset.UnixEpoch, CaseTypes.BuiltIn)).Error
            : parsed.Error;
    }

    private static Decision<ViewEvent> Update(ViewSnapshot? state, UpdateView command)
    {
        var before = state?.Content;

        // Of a view that is not there, what is given is checked all the same.
        var after = new ViewContent(
            command.Name ?? before?.Name ?? "-", command.Query ?? before?.Query ?? "", command.NotificationRuleId ?? before?.NotificationRuleId);
        if (Check(after) is { } malformed)
        {
            return malformed;
        }

        after = Tidy(after);
        return before is null ? NotFound
            : after == before ? Decision<ViewEvent>.None
            : new ViewChanged(before, after);
    }

    private static DomainError? Check(ViewContent content) =>
        TextRules.Required("name", content.Name, Limits.Name)
        ?? TextRules.Optional("np_rule_id", content.NotificationRuleId, Limits.Name)
        ?? CheckQuery(content.Query);

    private static ViewContent Tidy(ViewContent content) =>
        string.IsNullOrEmpty(content.NotificationRuleId) ? content with { NotificationRuleId = null } : content;
}
