using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Speech.Contract;

namespace Switchboard.Gateway.OpenApi;

/// <summary>Writes the operations of the speech API into the document: their refusals and keys have another form than the others'.</summary>
internal static partial class SpeechPaths
{
    private const string KeyScheme = "speechKey";
    private const string BearerScheme = "speechBearer";

    /// <summary>The schemas that they name.</summary>
    public static IEnumerable<Schema> Schemas(IEnumerable<SpeechOperation> operations) =>
        operations.SelectMany(static operation => operation.Body.Concat(operation.Answers)).Select(static content => content.Schema).Append(SpeechSchemas.Error);

    /// <summary>Writes the paths.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<SpeechOperation> operations)
    {
        foreach (var path in operations.GroupBy(static operation => operation.Path, StringComparer.Ordinal))
        {
            json.WriteStartObject(path.Key);
            foreach (var operation in path)
            {
                json.WritePropertyName(operation.Method.ToLowerInvariant());
                Write(json, operation);
            }

            json.WriteEndObject();
        }
    }

    /// <summary>Writes how callers show who they are.</summary>
    public static void WriteSecuritySchemes(Utf8JsonWriter json)
    {
        json.WriteStartObject(KeyScheme);
        json.WriteString("type", "apiKey");
        json.WriteString("in", "header");
        json.WriteString("name", "Authorization");
        json.WriteString("description", "Token KEY; a WebSocket also by its sub-protocols token, KEY.");
        json.WriteEndObject();
        json.WriteStartObject(BearerScheme);
        json.WriteString("type", "http");
        json.WriteString("scheme", "bearer");
        json.WriteString("description", "A key, or a short-lived token, which may transcribe and nothing else.");
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SpeechOperation operation)
    {
        json.WriteStartObject();
        OpenApiDocument.WriteHead(json, operation.Id, operation.Summary, operation.Description, operation.Tag);
        if (operation.Scope is { } scope)
        {
            json.WriteString("x-scope", scope);
        }

        json.WriteStartArray("parameters");
        foreach (Match part in PathPart().Matches(operation.Path))
        {
            WriteParameter(json, part.Groups[1].Value, "path", part.Groups[1].Value.EndsWith("_id", StringComparison.Ordinal) ? Schema.Uuid : Schema.Text, null);
        }

        foreach (var parameter in operation.Query)
        {
            WriteParameter(json, parameter.Name, "query", parameter.Schema, parameter.Description);
        }

        json.WriteEndArray();
        if (!operation.Body.IsEmpty)
        {
            json.WriteStartObject("requestBody");
            json.WriteBoolean("required", true);
            WriteContent(json, operation.Body);
            json.WriteEndObject();
        }

        WriteResponses(json, operation);
        WriteSecurity(json);
        json.WriteEndObject();
    }

    private static void WriteResponses(Utf8JsonWriter json, SpeechOperation operation)
    {
        json.WriteStartObject("responses");
        json.WriteStartObject(operation.Success.ToString(CultureInfo.InvariantCulture));
        json.WriteString("description", operation.Success == 101 ? "Switching Protocols" : "OK");
        if (!operation.Answers.IsEmpty)
        {
            WriteContent(json, operation.Answers);
        }

        json.WriteEndObject();
        foreach (var status in operation.AllRefusals)
        {
            json.WriteStartObject(status.ToString(CultureInfo.InvariantCulture));
            json.WriteString("description", TextOf(status));
            WriteContent(json, [(MediaTypes.Json, SpeechSchemas.Error)]);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteSecurity(Utf8JsonWriter json)
    {
        json.WriteStartArray("security");
        foreach (var scheme in new[] { KeyScheme, BearerScheme })
        {
            json.WriteStartObject();
            json.WriteStartArray(scheme);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteParameter(Utf8JsonWriter json, string name, string place, Schema schema, string? description)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("in", place);
        json.WriteBoolean("required", place == "path");
        if (description is not null)
        {
            json.WriteString("description", description);
        }

        json.WritePropertyName("schema");
        SchemaJson.Write(json, schema);
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, IEnumerable<(string MediaType, Schema Schema)> contents)
    {
        json.WriteStartObject("content");
        foreach (var (mediaType, schema) in contents)
        {
            json.WriteStartObject(mediaType);
            json.WritePropertyName("schema");
            SchemaJson.Write(json, schema);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static string TextOf(int status) => status switch
    {
        400 => "A parameter or the body cannot be read, or what was sent is no audio",
        401 => "The key is missing, unknown, expired or revoked, or lacks the scope",
        402 => "The month's seconds or the balance are used up",
        403 => "Not allowed",
        404 => "Not found",
        409 => "Conflict with the present state",
        413 => "The body is too large",
        415 => "The media cannot be decoded here",
        429 => "A limit is reached; Retry-After says when to come again",
        502 => "An engine broke off, and no other could take over",
        503 => "No engine is there, or the database is away",
        504 => "It took longer than is allowed; use a callback",
        _ => "Something here failed",
    };

    [GeneratedRegex("{([^}]+)}")]
    private static partial Regex PathPart();
}
