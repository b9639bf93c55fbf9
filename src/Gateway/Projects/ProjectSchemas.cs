using Switchboard.Gateway.OpenApi;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Projects;

/// <summary>The parts of projects for validation and the OpenAPI document. What clients store in columns and sections beside what is described is kept.</summary>
internal static class ProjectSchemas
{
    public static Schema ColumnsConfig { get; } = Schema.OpenObject(new Property("columns", Schema.ListOf(Schema.OpenObject(
        new("type", Schema.Text),
        new("sort_field", Schema.Text),
        new("sort", Schema.OpenObject(new("ascending", Schema.Boolean), new("priority", Schema.Integer)))))))
        .Named("ProjectColumnsConfig");

    public static Schema Settings { get; } = Schema.Object(
        new("auto_close_inactive_cases", Schema.OpenObject(
            new("enabled", Schema.Boolean),
            new("max_inactive_time_in_secs", Schema.Integer))),
        new("auto_transition_assigned_cases", Schema.OpenObject(
            new Property("auto_transition_assigned_cases_on_self_assigned", Schema.Boolean))),
        new("case_links", Schema.OpenObject(
            new("close_children_with_parent", Schema.Boolean),
            new("close_duplicates_with_original", Schema.Boolean))),
        new("integration_incident", Schema.OpenObject(
            new("enabled", Schema.Boolean),
            new("auto_escalation_query", Schema.Text),
            new("default_incident_commander", Schema.Text),
            new("incident_type", Schema.Text),
            new("field_mappings", Schema.ListOf(Schema.AnyObject)),
            new("severity_config", Schema.AnyObject))),
        new("integration_jira", Schema.OpenObject(
            new("enabled", Schema.Boolean),
            new("auto_creation", Schema.AnyObject),
            new("metadata", Schema.AnyObject),
            new("sync", Schema.AnyObject))),
        new("integration_monitor", Schema.OpenObject(
            new("enabled", Schema.Boolean),
            new("handle", Schema.Text),
            new("case_type_id", Schema.Text),
            new("auto_resolve_enabled", Schema.Boolean))),
        new("integration_on_call", Schema.OpenObject(
            new("enabled", Schema.Boolean),
            new("auto_assign_on_call", Schema.Boolean),
            new("escalation_queries", Schema.ListOf(Schema.AnyObject)))),
        new("integration_service_now", Schema.OpenObject(
            new("enabled", Schema.Boolean),
            new("instance_name", Schema.Text),
            new("assignment_group", Schema.Text),
            new("auto_creation", Schema.AnyObject),
            new("sync_config", Schema.AnyObject))),
        new("notification", Schema.OpenObject(
            new("enabled", Schema.Boolean),
            new("destinations", Schema.ListOf(Schema.Integer).Says("1 e-mail, 2 Slack, 3 in-app.")),
            new("notify_on_case_assignment", Schema.Boolean),
            new("notify_on_case_unassignment", Schema.Boolean),
            new("notify_on_case_closed", Schema.Boolean),
            new("notify_on_case_priority_change", Schema.Boolean),
            new("notify_on_case_comment", Schema.Boolean),
            new("notify_on_case_comment_mention", Schema.Boolean),
            new("notify_on_case_status_change", Schema.Boolean)))).Named("ProjectSettings");

    private static readonly Schema Project = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf("project")),
        Always("attributes", Schema.Object(
            new("columns_config", ColumnsConfig),
            new("enabled_custom_case_types", Schema.ListOf(Schema.Text)),
            Always("key", Schema.Text),
            Always("name", Schema.Text),
            Always("restricted", Schema.Boolean),
            Always("settings", Settings))),
        new("relationships", Schema.Object(new Property("member_team", Schema.Object(
            Always("data", Schema.ListOf(Schema.Object(
                Always("id", Schema.Uuid),
                Always("type", Schema.OneOf("team_links")))))))))).Named("Project");

    public static Schema ProjectResponse { get; } = Schema.Object(Always("data", Project)).Named("ProjectResponse");

    public static Schema ProjectsResponse { get; } = Schema.Object(Always("data", Schema.ListOf(Project))).Named("ProjectsResponse");
}
