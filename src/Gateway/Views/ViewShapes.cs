using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Views;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Views;

/// <summary>The bodies of operations on saved views, there and back.</summary>
internal static class ViewShapes
{
    private const string Type = "view";

    public static TextField NewName { get; } = new("name", Required: true) { NotEmpty = true, Description = "For people.", Example = "Open bugs" };

    public static TextField NewQuery { get; } = new("query", Required: true)
    {
        Description = "A query in the search language; empty for every case that is not archived.",
        Example = "status:open priority:P1",
    };

    public static UuidField ProjectId { get; } = new("project_id", Required: true) { Description = "The project whose cases the view shows." };

    public static TextField Name { get; } = NewName with { Required = false };

    public static TextField Query { get; } = NewQuery with { Required = false };

    public static TextField NotificationRuleId { get; } = new("np_rule_id") { Description = "The notification rule that goes with the view; empty for none." };

    public static ResourceShape Create { get; } = new("CaseViewCreateRequest", Type)
    {
        Attributes = [NewName, NotificationRuleId, ProjectId, NewQuery],
    };

    public static ResourceShape Update { get; } = new("CaseViewUpdateRequest", Type) { Attributes = [Name, NotificationRuleId, Query] };

    private static readonly Schema View = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf(Type)),
        Always("attributes", Schema.Object(
            Always("created_at", Schema.Time),
            new("modified_at", Schema.Time.Says("Absent until the first change.")),
            Always("name", Schema.Text),
            new("np_rule_id", Schema.Text),
            Always("query", Schema.Text))),
        Always("relationships", Schema.Object(
            Always("created_by", Reference("user")),
            new("modified_by", Reference("user")),
            Always("project", Reference("project"))))).Named("CaseView");

    public static Schema ViewResponse { get; } = Schema.Object(Always("data", View)).Named("CaseViewResponse");

    public static Schema ViewsResponse { get; } = Schema.Object(Always("data", Schema.ListOf(View))).Named("CaseViewsResponse");

    public static void WriteDocument(Utf8JsonWriter json, ViewSnapshot view)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        Write(json, view);
        json.WriteEndObject();
    }

    public static void WriteList(Utf8JsonWriter json, ImmutableArray<ViewSnapshot> views)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var view in views)
        {
            Write(json, view);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ViewSnapshot view)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, view.Id);
        json.WriteString("type"u8, Type);
        json.WriteStartObject("attributes"u8);
        json.WriteTime("created_at"u8, view.CreatedAt);
        if (view.ModifiedAt is { } modifiedAt)
        {
            json.WriteTime("modified_at"u8, modifiedAt);
        }

        json.WriteString("name"u8, view.Content.Name);
        if (view.Content.NotificationRuleId is { } rule)
        {
            json.WriteString("np_rule_id"u8, rule);
        }

        json.WriteString("query"u8, view.Content.Query);
        json.WriteEndObject();
        json.WriteStartObject("relationships"u8);
        WriteReference(json, "created_by"u8, view.CreatedBy, "user"u8);
        if (view.ModifiedBy is { } modifier)
        {
            WriteReference(json, "modified_by"u8, modifier, "user"u8);
        }

        WriteReference(json, "project"u8, view.ProjectId, "project"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteReference(Utf8JsonWriter json, ReadOnlySpan<byte> name, Guid id, ReadOnlySpan<byte> type)
    {
        json.WriteStartObject(name);
        json.WriteStartObject("data"u8);
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, type);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static Schema Reference(string type) => Schema.Object(
        Always("data", Schema.Object(Always("id", Schema.Uuid), Always("type", Schema.OneOf(type)))));
}
