using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Grains.Intake;
using Switchboard.Grains.Intake.Senders;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Intake;

/// <summary>The bodies of operations on integrations.</summary>
internal static class IntegrationShapes
{
    public const string Type = "intake_integration";

    private static readonly ImmutableArray<string> _mapped =
        ["items", "dedup_key", "title", "description", "status", "priority", "source", "service", "team", "environment", "link", "tags"];

    public static ChoiceField<IntegrationKind> Kind { get; } = new("kind", [.. IntakeNames.Kinds.Select(static one => (one.Name, one.Kind))], Required: true);

    public static TextField NewName { get; } = new("name", Required: true) { NotEmpty = true };

    public static TextField Name { get; } = new("name") { NotEmpty = true };

    public static BooleanField Enabled { get; } = new("enabled");

    public static IntegerField RequestsPerSecond { get; } = new("requests_per_second", 0, 1_000_000) { Description = "A limit of its own; 0 for none." };

    public static IntegerField HeartbeatSeconds { get; } = new("heartbeat_seconds", 0, 604_800)
    {
        Description = "After so many seconds without a message a case is opened; 0 for never.",
    };

    public static UuidField NewProjectId { get; } = new("project_id", Required: true) { Description = "The project of cases that no route sends elsewhere." };

    public static UuidField ProjectId { get; } = new("project_id") { Description = "The project of cases that no route sends elsewhere." };

    public static UuidField TypeId { get; } = new("type_id") { Description = "The type of those cases." };

    public static ChoiceField<bool> OnResolve { get; } = new("on_resolve", [("close", true), ("annotate", false)])
    {
        Description = "What the end of a trouble does to its case: close (which it does unless set), or only say so.",
    };

    public static IntegerField ReopenWithinSeconds { get; } = new("reopen_within_seconds", 0, 86_400)
    {
        Description = "A trouble that is back within this time opens its case again; 0 for never.",
    };

    public static TextListField GroupBy { get; } = new("group_by")
    {
        Description = "Alerts with equal values of these fields share a case: title, source, service, team, environment, priority, dedup_key, tag:NAME.",
    };

    public static IntegerField GroupWindowSeconds { get; } = new("group_window_seconds", 1, 86_400)
    {
        Description = "How long after a group's last new trouble another one joins it.",
    };

    public static IntegerField MaxCasesPerMinute { get; } = new("max_cases_per_minute", 1, 10_000)
    {
        Description = "What comes beyond that is counted in one overflow case.",
    };

    public static ChoiceField<AlertmanagerUnit> Unit { get; } = new("alertmanager_unit", [("group", AlertmanagerUnit.Group), ("alert", AlertmanagerUnit.Alert)])
    {
        Description = "What one case stands for.",
    };

    public static ObjectField Mapping { get; } = new("mapping", MappingSchema)
    {
        Description = "Where the parts of an alert are in a webhook's JSON: JSON pointers, or texts with pointers in braces.",
    };

    public static ObjectListField Routes { get; } = new("routes", RouteSchema, 0, Switchboard.Limits.Routes) { Description = "The first that matches says where an alert goes." };

    public static ResourceShape Create { get; } = new("IntakeIntegrationCreateRequest", Type)
    {
        Attributes =
        [
            Kind, NewName, Enabled, RequestsPerSecond, HeartbeatSeconds, NewProjectId, TypeId, OnResolve, ReopenWithinSeconds, GroupBy, GroupWindowSeconds, MaxCasesPerMinute,
            Unit, Mapping, Routes,
        ],
    };

    public static ResourceShape Update { get; } = new("IntakeIntegrationUpdateRequest", Type)
    {
        Attributes =
        [
            Name, Enabled, RequestsPerSecond, HeartbeatSeconds, ProjectId, TypeId, OnResolve, ReopenWithinSeconds, GroupBy, GroupWindowSeconds, MaxCasesPerMinute, Unit,
            Mapping, Routes,
        ],
    };

    private static readonly Schema Integration = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf(Type)),
        Always("attributes", Schema.Object(
            Always("alertmanager_unit", Schema.OneOf("group", "alert")),
            Always("created_at", Schema.Time),
            Always("enabled", Schema.Boolean),
            Always("group_by", Schema.ListOf(Schema.Text)),
            Always("group_window_seconds", Schema.Integer),
            new("heartbeat_seconds", Schema.Integer),
            new("key", Schema.Text.Says("Shown once, when it is made.")),
            Always("key_hint", Schema.Text.Says("The key's last four characters.")),
            Always("kind", Schema.OneOf([.. IntakeNames.Kinds.Select(static one => one.Name)])),
            new("last_seen_at", Schema.Time.Says("When it was last heard of, to the second.")),
            new("mapping", MappingSchema),
            Always("max_cases_per_minute", Schema.Integer),
            Always("modified_at", Schema.Time),
            Always("name", Schema.Text),
            Always("on_resolve", Schema.OneOf("close", "annotate")),
            new("previous_key_valid_until", Schema.Time),
            Always("project_id", Schema.Uuid),
            Always("reopen_within_seconds", Schema.Integer),
            new("requests_per_second", Schema.Integer),
            Always("routes", Schema.ListOf(RouteSchema)),
            Always("silent", Schema.Boolean.Says("Whether a case was opened because it is silent.")),
            Always("type_id", Schema.Uuid)))).Named("IntakeIntegration");

    public static Schema One { get; } = Schema.Object(Always("data", Integration)).Named("IntakeIntegrationResponse");

    public static Schema Many { get; } = Schema.Object(Always("data", Schema.ListOf(Integration))).Named("IntakeIntegrationsResponse");

    private static Schema MappingSchema => Schema.Object(
        [
            .. _mapped.Select(static name => new Property(name, Schema.Text)),
            new Property("resolve_words", Schema.ListOf(Schema.Text)),
            new Property("acknowledge_words", Schema.ListOf(Schema.Text)),
        ]).Named("IntakeMapping");

    private static Schema RouteSchema => Schema.Object(
        Always("match", Schema.MapOf(Schema.Text).Says("Field to value, * for any characters.")),
        new("action", Schema.OneOf("case", "drop")),
        new("project_id", Schema.Uuid),
        new("type_id", Schema.Uuid),
        new("priority", Schema.OneOf("NOT_DEFINED", "P1", "P2", "P3", "P4", "P5"))).Named("IntakeRoute");

    /// <summary>The rules that a body says, on top of those that there are.</summary>
    public static Either<IntegrationRules> ReadRules(ResourceBody body, IntegrationRules rules)
    {
        var routes = ReadRoutes(body);
        if (routes.Refusal is { } refusal)
        {
            return refusal;
        }

        return rules with
        {
            ProjectId = body.Get(ProjectId) ?? rules.ProjectId,
            TypeId = body.Get(TypeId) ?? rules.TypeId,
            CloseOnResolve = body.Get(OnResolve) ?? rules.CloseOnResolve,
            ReopenWithinSeconds = body.Get(ReopenWithinSeconds) ?? rules.ReopenWithinSeconds,
            GroupBy = body.Get(GroupBy) ?? rules.GroupBy,
            GroupWindowSeconds = body.Get(GroupWindowSeconds) ?? rules.GroupWindowSeconds,
            MaxCasesPerMinute = body.Get(MaxCasesPerMinute) ?? rules.MaxCasesPerMinute,
            AlertmanagerUnit = body.Get(Unit) ?? rules.AlertmanagerUnit,
            Mapping = body.Get(Mapping) is { } mapping ? ReadMapping(mapping) : rules.Mapping,
            Routes = routes.Value is { } given ? [.. given] : rules.Routes,
        };
    }

    private static AlertMapping ReadMapping(JsonElement json)
    {
        var mapping = new AlertMapping
        {
            Items = Text("items"),
            DedupKey = Text("dedup_key"),
            Title = Text("title"),
            Description = Text("description"),
            Status = Text("status"),
            Priority = Text("priority"),
            Source = Text("source"),
            Service = Text("service"),
            Team = Text("team"),
            Environment = Text("environment"),
            Link = Text("link"),
            Tags = Text("tags"),
        };
        return mapping with
        {
            ResolveWords = Words("resolve_words") ?? mapping.ResolveWords,
            AcknowledgeWords = Words("acknowledge_words") ?? mapping.AcknowledgeWords,
        };

        string? Text(string name) => ResourceBody.TryGetMember(json, name, out var value) ? value.GetString() : null;

        ImmutableArray<string>? Words(string name) => ResourceBody.TryGetMember(json, name, out var value)
            ? [.. value.EnumerateArray().Where(static word => word.ValueKind == JsonValueKind.String).Select(static word => word.GetString()!).Take(100)]
            : null;
    }

    private static Either<IntakeRoute[]> ReadRoutes(ResourceBody body)
    {
        var given = body.Get(Routes).ToList();
        if (given.Count == 0 && !body.Has(Routes))
        {
            return default;
        }

        var routes = new List<IntakeRoute>(given.Count);
        foreach (var json in given)
        {
            var action = Word(json, "action") ?? "case";
            var priority = Word(json, "priority");
            var (project, type) = (Word(json, "project_id"), Word(json, "type_id"));
            if (action is not ("case" or "drop")
                || (priority is not null && IntakeShapes.Priority.Choices.All(choice => choice.Word != priority))
                || !IsId(project) || !IsId(type))
            {
                return ApiError.BadRequest("attribute \"routes\": action is case or drop, priority NOT_DEFINED or P1 to P5, and project_id and type_id are UUIDs");
            }

            routes.Add(new IntakeRoute
            {
                Match = json.GetProperty("match").EnumerateObject()
                    .Where(static one => one.Value.ValueKind == JsonValueKind.String)
                    .DistinctBy(static one => one.Name)
                    .ToImmutableSortedDictionary(static one => one.Name, static one => one.Value.GetString()!, StringComparer.Ordinal),
                Action = action == "drop" ? RouteAction.Drop : RouteAction.Case,
                ProjectId = IdOf(project),
                TypeId = IdOf(type),
                Priority = priority is null ? null : IntakeShapes.Priority.Find(priority),
            });
        }

        return routes.ToArray();
    }

    private static string? Word(JsonElement json, string name) => ResourceBody.TryGetMember(json, name, out var value) ? value.GetString() : null;

    private static bool IsId(string? text) => text is null || UuidParameter.TryRead(text, out _);

    private static Guid? IdOf(string? text) => text is not null && UuidParameter.TryRead(text, out var id) ? id : null;
}
