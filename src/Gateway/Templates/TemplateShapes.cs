using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Cases;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Templates;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Templates;

/// <summary>The bodies of operations on templates, there and back.</summary>
internal static class TemplateShapes
{
    private const string Type = "case_template";

    private static readonly TextField Name = new("name", Required: true) { NotEmpty = true, Description = "The template's own name.", Example = "Disk full" };

    private static readonly UuidField TypeId = new("type_id", Required: true) { Description = "The type of its cases." };

    private static readonly TextListField Tasks = new("tasks") { Description = "The titles of the tasks that its cases begin with." };

    /// <summary>The whole content.</summary>
    public static ResourceShape Content { get; } = new("CaseTemplateRequest", Type)
    {
        Attributes =
        [
            Name, CaseShapes.Title, CaseShapes.NewDescription, CaseShapes.NewPriority, TypeId, CaseShapes.NewAttributes, CaseShapes.CustomAttributes, Tasks,
        ],
    };

    /// <summary>What differs from the template in one case.</summary>
    public static ResourceShape Use { get; } = new("CaseFromTemplateRequest", CaseShapes.Type)
    {
        Attributes =
        [
            CaseShapes.Title with { Required = false }, CaseShapes.NewDescription, CaseShapes.NewPriority, CaseShapes.NewAttributes, CaseShapes.CustomAttributes,
        ],
        Relationships = [CaseShapes.Assignee],
    };

    private static readonly Schema UserReference = Reference("user");

    private static readonly Schema Template = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf(Type)),
        Always("attributes", Schema.Object(
            Always("attributes", Schema.MapOf(Schema.ListOf(Schema.Text))),
            Always("created_at", Schema.Time),
            Always("custom_attributes", CaseSchemas.CustomAttributeValues),
            Always("description", Schema.Text),
            new("modified_at", Schema.Time.Says("Absent until the first change.")),
            Always("name", Schema.Text),
            Always("priority", Schema.OneOf("NOT_DEFINED", "P1", "P2", "P3", "P4", "P5")),
            Always("tasks", Schema.ListOf(Schema.Text)),
            Always("title", Schema.Text),
            Always("type_id", Schema.Uuid))),
        Always("relationships", Schema.Object(
            Always("created_by", UserReference),
            new("modified_by", UserReference),
            Always("project", Reference("project"))))).Named("CaseTemplate");

    public static Schema TemplateResponse { get; } = Schema.Object(Always("data", Template)).Named("CaseTemplateResponse");

    public static Schema TemplatesResponse { get; } = Schema.Object(Always("data", Schema.ListOf(Template))).Named("CaseTemplatesResponse");

    /// <summary>The content that a body holds.</summary>
    public static Either<TemplateContent> Read(ResourceBody body)
    {
        var values = body.Get(CaseShapes.CustomAttributes) is { } given ? CustomValues.ReadAll(given) : default;
        return values.Refusal is { } refusal ? refusal : new TemplateContent
        {
            Name = body.Get(Name)!,
            Title = body.Get(CaseShapes.Title)!,
            Description = body.Get(CaseShapes.NewDescription) ?? "",
            Priority = body.Get(CaseShapes.NewPriority) ?? CasePriority.NotDefined,
            TypeId = body.Get(TypeId)!.Value,
            Attributes = body.Get(CaseShapes.NewAttributes) ?? ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty,
            CustomValues = values.Value ?? ImmutableSortedDictionary<string, CustomValue>.Empty,
            Tasks = body.Get(Tasks) ?? [],
        };
    }

    /// <summary>The opening of a case with a template, and with what the body says otherwise.</summary>
    public static Either<OpenCase> OpeningOf(TemplateSnapshot template, ResourceBody body)
    {
        var given = body.Get(CaseShapes.CustomAttributes) is { } values ? CustomValues.ReadAll(values) : default;
        if (given.Refusal is { } refusal)
        {
            return refusal;
        }

        var content = template.Content;
        var own = given.Value ?? ImmutableSortedDictionary<string, CustomValue>.Empty;

        // Keys are the same in any letter case.
        var kept = content.CustomValues.Where(pair => !own.Keys.Contains(pair.Key, StringComparer.OrdinalIgnoreCase));
        return new OpenCase(
            template.ProjectId,
            content.TypeId,
            body.Get(CaseShapes.Title) ?? content.Title,
            body.Get(CaseShapes.NewDescription) ?? content.Description,
            body.Get(CaseShapes.NewPriority) ?? content.Priority,
            StatusName: null,
            body.Get(CaseShapes.Assignee),
            body.Get(CaseShapes.NewAttributes) ?? content.Attributes,
            CustomValues: own.AddRange(kept),
            Tasks: [.. content.Tasks.Select(static title => new NewTask(Guid.CreateVersion7(), title))]);
    }

    public static void WriteDocument(Utf8JsonWriter json, TemplateSnapshot template)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        Write(json, template);
        json.WriteEndObject();
    }

    public static void WriteList(Utf8JsonWriter json, ImmutableArray<TemplateSnapshot> templates)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var template in templates)
        {
            Write(json, template);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TemplateSnapshot template)
    {
        var content = template.Content;
        json.WriteStartObject();
        json.WriteString("id"u8, template.Id);
        json.WriteString("type"u8, Type);
        json.WriteStartObject("attributes"u8);
        CaseJson.WriteMap(json, content.Attributes);
        json.WriteTime("created_at"u8, template.CreatedAt);
        CustomValues.Write(json, content.CustomValues);
        json.WriteString("description"u8, content.Description);
        if (template.ModifiedAt is { } modifiedAt)
        {
            json.WriteTime("modified_at"u8, modifiedAt);
        }

        json.WriteString("name"u8, content.Name);
        json.WriteString("priority"u8, CaseNames.Of(content.Priority));
        json.WriteStartArray("tasks"u8);
        foreach (var title in content.Tasks)
        {
            json.WriteStringValue(title);
        }

        json.WriteEndArray();
        json.WriteString("title"u8, content.Title);
        json.WriteString("type_id"u8, content.TypeId);
        json.WriteEndObject();
        json.WriteStartObject("relationships"u8);
        CaseJson.WriteReference(json, "created_by"u8, template.CreatedBy, "user"u8);
        if (template.ModifiedBy is { } modifier)
        {
            CaseJson.WriteReference(json, "modified_by"u8, modifier, "user"u8);
        }

        CaseJson.WriteReference(json, "project"u8, template.ProjectId, "project"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static Schema Reference(string type) => Schema.Object(
        Always("data", Schema.Object(Always("id", Schema.Uuid), Always("type", Schema.OneOf(type)))));
}
