using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Intake;
using Switchboard.Grains.Intake.Senders;

namespace Switchboard.Gateway.Intake;

/// <summary>Integrations as documents; what is unset is left out.</summary>
internal static class IntegrationJson
{
    public static void WriteDocument(Utf8JsonWriter json, IntegrationWithKey state)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        Write(json, state.Integration, state.Key);
        json.WriteEndObject();
    }

    public static void WriteList(Utf8JsonWriter json, ImmutableArray<Integration> integrations)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var integration in integrations)
        {
            Write(json, integration, null);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Integration integration, string? key)
    {
        var rules = integration.Rules;
        json.WriteStartObject();
        json.WriteString("id"u8, integration.Id);
        json.WriteString("type"u8, IntegrationShapes.Type);
        json.WriteStartObject("attributes"u8);
        json.WriteString("alertmanager_unit"u8, rules.AlertmanagerUnit == AlertmanagerUnit.Group ? "group"u8 : "alert"u8);
        json.WriteTime("created_at"u8, integration.CreatedAt);
        json.WriteBoolean("enabled"u8, integration.Enabled);
        json.WriteStartArray("group_by"u8);
        foreach (var field in rules.GroupBy)
        {
            json.WriteStringValue(field);
        }

        json.WriteEndArray();
        json.WriteNumber("group_window_seconds"u8, rules.GroupWindowSeconds);
        WriteNumber(json, "heartbeat_seconds"u8, integration.HeartbeatSeconds);
        WriteText(json, "key"u8, key);
        json.WriteString("key_hint"u8, integration.KeyHint);
        json.WriteString("kind"u8, IntakeNames.Of(integration.Kind));
        IntakeJson.WriteTime(json, "last_seen_at"u8, integration.LastSeenAt);
        if (rules.Mapping is { } mapping)
        {
            json.WritePropertyName("mapping"u8);
            Write(json, mapping);
        }

        json.WriteNumber("max_cases_per_minute"u8, rules.MaxCasesPerMinute);
        json.WriteTime("modified_at"u8, integration.ModifiedAt);
        json.WriteString("name"u8, integration.Name);
        json.WriteString("on_resolve"u8, rules.CloseOnResolve ? "close"u8 : "annotate"u8);
        IntakeJson.WriteTime(json, "previous_key_valid_until"u8, integration.PreviousKeyUntil);
        json.WriteString("project_id"u8, rules.ProjectId);
        json.WriteNumber("reopen_within_seconds"u8, rules.ReopenWithinSeconds);
        WriteNumber(json, "requests_per_second"u8, integration.RequestsPerSecond);
        json.WriteStartArray("routes"u8);
        foreach (var route in rules.Routes)
        {
            Write(json, route);
        }

        json.WriteEndArray();
        json.WriteBoolean("silent"u8, integration.Silent);
        json.WriteString("type_id"u8, rules.TypeId);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, AlertMapping mapping)
    {
        json.WriteStartObject();
        foreach (var (name, template) in mapping.Parts)
        {
            if (template is not null)
            {
                json.WriteString(name, template);
            }
        }

        WriteWords(json, "resolve_words"u8, mapping.ResolveWords);
        WriteWords(json, "acknowledge_words"u8, mapping.AcknowledgeWords);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, IntakeRoute route)
    {
        json.WriteStartObject();
        json.WriteStartObject("match"u8);
        foreach (var (field, pattern) in route.Match)
        {
            json.WriteString(field, pattern);
        }

        json.WriteEndObject();
        json.WriteString("action"u8, route.Action == RouteAction.Drop ? "drop"u8 : "case"u8);
        if (route.ProjectId is { } project)
        {
            json.WriteString("project_id"u8, project);
        }

        if (route.TypeId is { } type)
        {
            json.WriteString("type_id"u8, type);
        }

        WriteText(json, "priority"u8, route.Priority is { } priority ? CaseNames.Of(priority) : null);
        json.WriteEndObject();
    }

    private static void WriteWords(Utf8JsonWriter json, ReadOnlySpan<byte> name, ImmutableArray<string> words)
    {
        json.WriteStartArray(name);
        foreach (var word in words)
        {
            json.WriteStringValue(word);
        }

        json.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, int? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
    }
}
