using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Commands;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Audit;

namespace Switchboard.Gateway.Audit;

/// <summary>Audit entries in the form of the public audit API.</summary>
internal static class AuditJson
{
    /// <summary>A page of entries with the people in it; of the last one, next address and cursor are null.</summary>
    internal readonly record struct Page(
        ImmutableArray<AuditEntry> Entries, People.Resolved People, string RequestId, TimeSpan Elapsed, string? Next, string? After);

    public static void WritePage(Utf8JsonWriter json, Page page)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var entry in page.Entries)
        {
            WriteEntry(json, entry, page.People);
        }

        json.WriteEndArray();
        if (page.Next is { } next)
        {
            json.WriteStartObject("links"u8);
            json.WriteString("next"u8, next);
            json.WriteEndObject();
        }

        json.WriteStartObject("meta"u8);
        json.WriteNumber("elapsed"u8, (long)page.Elapsed.TotalMilliseconds);
        if (page.After is { } after)
        {
            json.WriteStartObject("page"u8);
            json.WriteString("after"u8, after);
            json.WriteEndObject();
        }

        json.WriteString("request_id"u8, page.RequestId);
        json.WriteString("status"u8, "done"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteEntry(Utf8JsonWriter json, AuditEntry entry, People.Resolved people)
    {
        var user = entry.Actor.Kind == ActorKind.User ? people[entry.Actor.Id] : null;
        json.WriteStartObject();
        json.WriteString("id"u8, entry.EventId);
        json.WriteString("type"u8, "audit"u8);
        json.WriteStartObject("attributes"u8);
        json.WriteStartObject("attributes"u8);
        json.WriteStartObject("evt"u8);
        json.WriteString("id"u8, entry.EventId);
        json.WriteString("name"u8, entry.Type);
        json.WriteNumber("schema"u8, entry.Schema);
        json.WriteEndObject();
        json.WriteStartObject("usr"u8);
        json.WriteString("id"u8, entry.Actor.Id);
        json.WriteString("kind"u8, KindOf(entry.Actor.Kind));
        if (user is not null)
        {
            json.WriteString("email"u8, user.Email);
            json.WriteString("name"u8, user.Name);
        }

        json.WriteEndObject();
        json.WriteStartObject("asset"u8);
        json.WriteString("id"u8, entry.TargetId);
        json.WriteString("type"u8, entry.TargetType);
        json.WriteNumber("version"u8, entry.TargetVersion);
        json.WriteEndObject();
        json.WriteString("request_id"u8, entry.RequestId);
        WriteGiven(json, "causation_id"u8, entry.CausationId);
        WriteGiven(json, "traceparent"u8, entry.TraceParent);
        json.WriteTime("occurred_at"u8, entry.OccurredAt);
        json.WriteTime("recorded_at"u8, entry.RecordedAt);
        json.WriteStartObject("chain"u8);
        json.WriteNumber("number"u8, entry.Number);
        json.WriteString("hash"u8, Convert.ToHexStringLower(entry.Hash.AsSpan()));
        json.WriteEndObject();
        json.WritePropertyName("details"u8);
        json.WriteRawValue(entry.Details, skipInputValidation: true);
        json.WriteEndObject();
        json.WriteString("message"u8, $"{entry.Type} on {entry.TargetType} {entry.TargetId} by {user?.Email ?? KindOf(entry.Actor.Kind)}");
        json.WriteString("service"u8, entry.Tenant);
        json.WriteStartArray("tags"u8);
        json.WriteEndArray();
        json.WriteTime("timestamp"u8, entry.RecordedAt);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteReports(Utf8JsonWriter json, ImmutableArray<AuditChainReport> reports)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var report in reports)
        {
            WriteReport(json, report);
        }

        json.WriteEndArray();
        json.WriteStartObject("meta"u8);
        json.WriteBoolean("whole"u8, reports.All(static report => report.Whole));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteReport(Utf8JsonWriter json, AuditChainReport report)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, report.Tenant);
        json.WriteString("type"u8, "audit_chain"u8);
        json.WriteStartObject("attributes"u8);
        json.WriteString("service"u8, report.Tenant);
        json.WriteBoolean("whole"u8, report.Whole);
        json.WriteBoolean("complete"u8, report.Complete);
        json.WriteNumber("from"u8, report.From);
        json.WriteNumber("to"u8, report.To);
        json.WriteStartObject("head"u8);
        json.WriteNumber("number"u8, report.Head);
        if (!report.HeadHash.IsEmpty)
        {
            json.WriteString("hash"u8, Convert.ToHexStringLower(report.HeadHash.AsSpan()));
        }

        json.WriteEndObject();
        if (report.Fault is { } fault)
        {
            json.WriteStartObject("fault"u8);
            json.WriteNumber("number"u8, fault.Number);
            json.WriteString("kind"u8, KindOf(fault.Kind));
            json.WriteString("detail"u8, fault.Detail);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteGiven(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static string KindOf(ActorKind kind) => kind switch
    {
        ActorKind.User => "user",
        ActorKind.ApiKey => "api_key",
        ActorKind.Rule => "rule",
        ActorKind.Integration => "integration",
        _ => "system",
    };

    private static string KindOf(AuditFaultKind kind) => kind switch
    {
        AuditFaultKind.Missing => "missing",
        AuditFaultKind.Changed => "changed",
        AuditFaultKind.HeadDiffers => "head_differs",
        _ => "written_anew",
    };
}
