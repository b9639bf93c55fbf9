using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.Cases;
using Switchboard.Grains.Projects;
using Switchboard.Templates;

namespace Switchboard.Grains.Templates;

/// <summary>What the grain looked up before a command on a template is decided.</summary>
/// <param name="ProjectExists">Whether the project of a new template is one of the organisation's.</param>
/// <param name="Templates">How many templates that project has.</param>
internal readonly record struct TemplateFacts(bool ProjectExists, int Templates);

/// <summary>Decides commands on templates. Pure.</summary>
internal static class TemplateDecider
{
    public static readonly DomainError NotFound = DomainError.NotFound("case template not found");

    /// <summary>What follows from a command. A malformed command is refused as such even when there is no template.</summary>
    public static Decision<TemplateEvent> Decide(TemplateSnapshot? state, TemplateCommand command, in TemplateFacts facts)
    {
        switch (command)
        {
            case CreateTemplate c:
                return Check(c.Content) is { } malformed ? malformed
                    : state is not null ? DomainError.Conflict($"case template {state.Id} exists already")
                    : !facts.ProjectExists ? ProjectDecider.NotFound
                    : facts.Templates >= Limits.Templates ? DomainError.Invalid($"a project may have at most {Limits.Templates} templates")
                    : new TemplateCreated(c.ProjectId, Tidy(c.Content));
            case ReplaceTemplate c:
                var content = Tidy(c.Content);
                return Check(c.Content) is { } wrong ? wrong
                    : state is null || state.ProjectId != c.ProjectId ? NotFound
                    : content == state.Content ? Decision<TemplateEvent>.None
                    : new TemplateChanged(state.Content, content);
            case DeleteTemplate c:
                return state is null || state.ProjectId != c.ProjectId ? NotFound : new TemplateDeleted(state.ProjectId, state.Content);
            default:
                throw new ArgumentException($"{command.GetType().Name} has no arm in {nameof(TemplateDecider)}.", nameof(command));
        }
    }

    private static DomainError? Check(TemplateContent content) =>
        TextRules.Required("name", content.Name, Limits.Name)
        ?? TextRules.Required("title", content.Title, Limits.CaseTitle)
        ?? TextRules.Optional("description", content.Description, Limits.CaseDescription)
        ?? CaseAttributes.Check(content.Attributes)
        ?? CheckValues(content.CustomValues)
        ?? TaskRules.CheckTitles(content.Tasks);

    private static DomainError? CheckValues(ImmutableSortedDictionary<string, CustomValue> values) =>
        values.Count > Limits.Attributes ? DomainError.Invalid($"custom_attributes has {values.Count} members; at most {Limits.Attributes} are allowed")
        : values.Select(static pair => TextRules.Required("a key of custom_attributes", pair.Key, Limits.AttributeKey)
                ?? (pair.Value.Values.Length > Limits.AttributeValues
                    ? DomainError.Invalid($"custom attribute {pair.Key} takes a list of at most {Limits.AttributeValues} values")
                    : pair.Value.Values.Select(static one => TextRules.Optional("a value of custom_attributes", one, Limits.CaseTitle * 2)).FirstOrDefault(static problem => problem is not null)))
            .FirstOrDefault(static problem => problem is not null);

    private static TemplateContent Tidy(TemplateContent content) => content with { Attributes = CaseAttributes.Normalise(content.Attributes) };
}
