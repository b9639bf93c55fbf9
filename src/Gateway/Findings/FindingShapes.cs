using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Cases;
using Switchboard.Gateway.OpenApi;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Findings;

/// <summary>The bodies and answers of operations on the cases of security findings, whose types are plurals.</summary>
internal static class FindingShapes
{
    private const string Type = "cases";

    public static TextField Title { get; } = new("title") { NotEmpty = true, Description = "Made from the number of findings if absent." };

    public static UuidField AssigneeId { get; } = new("assignee_id") { Description = "The user who shall work on the case." };

    public static RelationshipField Findings { get; } = new("findings", "findings", Required: true, Many: true) { AnyId = true };

    public static RelationshipField Project { get; } = new("project", "projects", Required: true);

    public static ResourceShape Create { get; } = new("CreateCaseRequestArray", Type)
    {
        Attributes = [Title, CaseShapes.NewDescription, CaseShapes.NewPriority, AssigneeId],
        Relationships = [Findings, Project],
        Most = Switchboard.Limits.FindingCases,
    };

    public static ResourceShape Attach { get; } = new("AttachCaseRequest", Type) { NeedsId = true, Relationships = [Findings] };

    public static ResourceShape Detach { get; } = new("DetachCaseRequest", Type) { Relationships = [Findings] };

    private static readonly Schema Case = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf(Type)),
        Always("attributes", Schema.Object(
            new("archived_at", Schema.Time),
            new("assigned_to", Reference("users")),
            Always("attributes", Schema.MapOf(Schema.ListOf(Schema.Text))),
            new("closed_at", Schema.Time),
            Always("created_at", Schema.Time),
            Always("creation_source", Schema.Text),
            Always("description", Schema.Text),
            new("due_date", Schema.Text),
            Always("insights", Schema.ListOf(CaseSchemas.Insight)),
            Always("key", Schema.Text),
            new("modified_at", Schema.Time),
            Always("priority", Schema.Text),
            Always("status", Schema.Text),
            Always("status_group", Schema.Text),
            Always("status_name", Schema.Text),
            Always("title", Schema.Text),
            Always("type", Schema.Text))),
        Always("relationships", Schema.Object(
            Always("created_by", Reference("users")),
            new("modified_by", Reference("users")),
            Always("project", Reference("projects"))))).Named("FindingCaseResponseData");

    public static Schema CaseResponse { get; } = Schema.Object(Always("data", Case)).Named("FindingCaseResponse");

    public static Schema CasesResponse { get; } = Schema.Object(Always("data", Schema.ListOf(Case))).Named("FindingCaseResponseArray");

    private static Schema Reference(string type) => Schema.Object(
        Always("data", Schema.Object(Always("id", Schema.Uuid), Always("type", Schema.OneOf(type)))));
}
