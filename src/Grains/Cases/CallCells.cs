using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Switchboard.Cases;

namespace Switchboard.Grains.Cases;

/// <summary>What a case's timeline shows of calls. Times are in seconds, as in the speech API.</summary>
public static class CallCells
{
    internal static string Started(CallStarted fact) => CaseTimeline.Json(fact, static (json, e) =>
    {
        json.WriteString("call_id", e.CallId);
        json.WriteString("session_id", e.SessionId);
        json.WriteString("source", e.IsFile ? "file" : "live");
        json.WriteString("title", e.Title);
        json.WriteStartObject("speakers");
        foreach (var (number, name) in e.Speakers)
        {
            json.WriteString(number, name);
        }

        json.WriteEndObject();
    });

    internal static string Taken(CallTaken fact) => CaseTimeline.Json(fact, static (json, e) =>
    {
        json.WriteString("call_id", e.Call.Id);
        json.WriteString("title", e.Call.Title);
    });

    /// <summary>Beside the lines the text as people read it, under the name that a comment has it under.</summary>
    internal static string Said(CallSaid fact) => CaseTimeline.Json(fact, static (json, e) =>
    {
        json.WriteString("call_id", e.CallId);
        json.WriteString("message", Message(e.Lines));
        WriteLines(json, e.Lines);
        if (e.Truncated)
        {
            json.WriteBoolean("truncated", true);
        }
    });

    internal static string Ended(CallEnded fact) => CaseTimeline.Json(fact, static (json, e) =>
    {
        json.WriteString("call_id", e.CallId);
        WriteRecord(json, e.Record);
    });

    /// <summary>The members of a record.</summary>
    public static void WriteRecord(Utf8JsonWriter json, CallRecord record)
    {
        json.WriteString("engine", record.Engine);
        json.WriteString("model", record.Model);
        json.WriteNumber("duration", Seconds(record.Duration));
        json.WriteNumber("code", record.Code);
        json.WriteStartObject("transcript");
        json.WriteString("name", "transcript.txt");
        json.WriteString("content_type", "text/plain; charset=utf-8");
        json.WriteNumber("bytes", record.Bytes);
        json.WriteString("sha256", record.Sha256);
        json.WriteEndObject();
    }

    /// <summary>The array <c>lines</c>.</summary>
    public static void WriteLines(Utf8JsonWriter json, ImmutableArray<CallLine> lines)
    {
        json.WriteStartArray("lines");
        foreach (var line in lines)
        {
            json.WriteStartObject();
            json.WriteNumber("number", line.Number);
            json.WriteNumber("channel", line.Channel);
            if (line.Label is { } label)
            {
                json.WriteNumber("label", label);
            }

            json.WriteString("speaker", line.Speaker);
            json.WriteNumber("start", Seconds(line.Start));
            json.WriteNumber("end", Seconds(line.End));
            json.WriteString("text", line.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static decimal Seconds(long milliseconds) => milliseconds / 1000m;

    private static string Message(ImmutableArray<CallLine> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            _ = (text.Length == 0 ? text : text.Append('\n')).Append(line.Speaker).Append(": ").Append(line.Text);
        }

        return text.ToString();
    }
}
