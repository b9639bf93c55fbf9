using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Grains.Cases;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Cases;

/// <summary>What requests and answers about calls look like.</summary>
internal static class CallShapes
{
    public const string Type = "call";

    public static readonly TextField Title = new("title") { Description = "What people call it.", Example = "Call back about the invoice" };

    public static readonly ObjectListField Speakers = new("speakers", NamedSpeaker, 0, Switchboard.Limits.CallSpeakers)
    {
        Description = "Names of the speakers, by channel where every channel is transcribed on its own (multichannel), else by diarised label.",
    };

    public static readonly ResourceShape Announce = new("CaseCallCreateRequest", Type) { Attributes = [Title, Speakers] };

    private static readonly Schema Line = Schema.Object(
        Always("number", Schema.Integer.Says("From 1, without a gap.")),
        Always("channel", Schema.Integer),
        new("label", Schema.Integer.Says("The diarised speaker.")),
        Always("speaker", Schema.Text),
        Always("start", Schema.Number.Says("Seconds from the call's beginning.")),
        Always("end", Schema.Number),
        Always("text", Schema.Text)).Named("CaseCallLine");

    private static readonly Schema Record = Schema.Object(
        Always("engine", Schema.Text with { Nullable = true }),
        Always("model", Schema.Text),
        Always("duration", Schema.Number.Says("Seconds of audio.")),
        Always("code", Schema.Integer.Says("The close code of the stream, 1006 when its process died; 200 for a file.")),
        Always("transcript", Schema.Object(
            Always("name", Schema.Text),
            Always("content_type", Schema.Text),
            Always("bytes", Schema.Integer),
            Always("sha256", Schema.Text)))).Named("CaseCallRecord");

    private static readonly Schema Call = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf(Type)),
        Always("attributes", Schema.Object(
            Always("case_id", Schema.Uuid.Says("The case that has it: the call of a merged case follows it.")),
            Always("created_at", Schema.Time),
            new("ended_at", Schema.Time),
            Always("line_count", Schema.Integer),
            new("lines", Schema.ListOf(Line).Says("Where one call is asked for.")),
            new("listen_path", Schema.Text.Says("Where its audio is sent, as long as there is none.")),
            new("record", Record),
            new("session_id", Schema.Uuid.Says("The header dg-session-id of the stream, or dg-request-id of the file.")),
            Always("source", Schema.OneOf("live", "file") with { Nullable = true }),
            Always("speakers", Schema.ListOf(NamedSpeaker)),
            new("started_at", Schema.Time),
            Always("state", Schema.OneOf("announced", "live", "ended")),
            Always("title", Schema.Text),
            Always("truncated", Schema.Boolean.Says("Whether it became so long that later lines were left out."))))).Named("CaseCall");

    public static readonly Schema One = Schema.Object(Always("data", Call)).Named("CaseCallResponse");

    public static readonly Schema Many = Schema.Object(Always("data", Schema.ListOf(Call))).Named("CaseCallsResponse");

    private static Schema NamedSpeaker => Schema.Object(
        Always("number", Schema.Integer.Says("The channel or label, from 0.")),
        Always("name", Schema.Text)).Named("CaseCallSpeaker");

    /// <summary>The names that a request gives; of a number that is given twice the last.</summary>
    public static ImmutableSortedDictionary<string, string> SpeakersOf(ResourceBody body)
    {
        var names = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var one in body.Get(Speakers))
        {
            names[one.GetProperty("number"u8).GetRawText()] = one.GetProperty("name"u8).GetString()!;
        }

        return names.ToImmutable();
    }

    public static void WriteOne(Utf8JsonWriter json, (CaseCall Call, ImmutableArray<CallLine>? Lines) document)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        Write(json, document.Call, document.Lines);
        json.WriteEndObject();
    }

    public static void WriteMany(Utf8JsonWriter json, ImmutableArray<CaseCall> calls)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var call in calls)
        {
            Write(json, call, null);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, CaseCall call, ImmutableArray<CallLine>? lines)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, call.Id);
        json.WriteString("type"u8, Type);
        json.WriteStartObject("attributes"u8);
        json.WriteString("case_id"u8, call.CaseId);
        json.WriteTime("created_at"u8, call.CreatedAt);
        if (call.EndedAt is { } endedAt)
        {
            json.WriteTime("ended_at"u8, endedAt);
        }

        json.WriteNumber("line_count"u8, call.Lines);
        if (lines is { } heard)
        {
            CallCells.WriteLines(json, heard);
        }

        if (call.SessionId is { } session)
        {
            json.WriteString("session_id"u8, session);
        }
        else
        {
            json.WriteString("listen_path"u8, $"/v1/listen?call_id={call.Id}");
        }

        if (call.Record is { } record)
        {
            json.WriteStartObject("record"u8);
            CallCells.WriteRecord(json, record);
            json.WriteEndObject();
        }

        json.WriteString("source"u8, call.SessionId is null ? null : call.IsFile ? "file" : "live");
        WriteSpeakers(json, call.Speakers);
        if (call.StartedAt is { } startedAt)
        {
            json.WriteTime("started_at"u8, startedAt);
        }

        json.WriteString("state"u8, call.EndedAt is not null ? "ended" : call.SessionId is null ? "announced" : "live");
        json.WriteString("title"u8, call.Title);
        json.WriteBoolean("truncated"u8, call.Truncated);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSpeakers(Utf8JsonWriter json, ImmutableSortedDictionary<string, string> speakers)
    {
        json.WriteStartArray("speakers"u8);
        foreach (var (number, name) in speakers)
        {
            json.WriteStartObject();
            json.WritePropertyName("number"u8);
            json.WriteRawValue(number);
            json.WriteString("name"u8, name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
