using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Idempotency;
using Switchboard.Gateway.Speech.Contract;

namespace Switchboard.Gateway.OpenApi;

/// <summary>
/// The OpenAPI description of the operations, made from the same declarations that route, check and validate requests: what is not
/// served is not in it, and what is served cannot be left out.
/// </summary>
internal static class OpenApiDocument
{
    private static readonly ImmutableDictionary<int, (string Name, string Text)> Refusals = ImmutableDictionary.CreateRange(
    [
        Refusal(400, "BadRequestResponse", "Bad Request"),
        Refusal(401, "UnauthorizedResponse", "Unauthorized: a key is missing, unknown, expired or revoked"),
        Refusal(403, "ForbiddenResponse", "Forbidden: the permission is missing, or the user is disabled"),
        Refusal(404, "NotFoundResponse", "Not Found"),
        Refusal(409, "ConflictResponse", "Conflict with the present state, or a request with the same Idempotency-Key in progress"),
        Refusal(413, "PayloadTooLargeResponse", "The body is too large"),
        Refusal(415, "UnsupportedMediaTypeResponse", "The body is not JSON"),
        Refusal(422, "UnprocessableEntityResponse", "The Idempotency-Key was used with another body, or ids contradict each other"),
        Refusal(429, "TooManyRequestsResponse", "Too many requests"),
        Refusal(503, "ServiceUnavailableResponse", "Not available at the moment; the outcome of a change is not known"),
    ]);

    private static readonly Schema Error = Schema.Object(Property.Always("errors", Schema.ListOf(Schema.Object(
        new("code", Schema.Text),
        new("detail", Schema.Text),
        new("meta", Schema.Object(new Property("key", Schema.Text))),
        new("status", Schema.Text),
        Property.Always("title", Schema.Text))))).Named("APIErrorResponse");

    private static readonly Schema PlainError =
        Schema.Object(Property.Always("errors", Schema.ListOf(Schema.Text))).Named("APIErrorResponseV1");

    /// <summary>The document as UTF-8 JSON.</summary>
    public static byte[] Write(IReadOnlyList<ApiOperation> operations, IReadOnlyList<SpeechOperation> speech, string version)
    {
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("openapi", "3.0.3");
            WriteInfo(json, version);
            WriteTags(json, operations.Select(static operation => operation.Tag).Concat(speech.Select(static operation => operation.Tag)));
            WritePaths(json, operations, speech);
            WriteComponents(json, operations, speech);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>All refusals that an operation may answer with.</summary>
    public static IEnumerable<int> RefusalsOf(ApiOperation operation)
    {
        var statuses = operation.Refusals.ToHashSet();
        statuses.Add(503);
        if (operation.Body is not null)
        {
            statuses.UnionWith([413, 415]);
        }

        if (operation.Raw is not null)
        {
            statuses.Add(413);
        }

        if (operation.TakesIdempotencyKey)
        {
            statuses.UnionWith([409, 422]);
        }

        return statuses.Order();
    }

    private static void WriteInfo(Utf8JsonWriter json, string version)
    {
        json.WriteStartObject("info");
        json.WriteString("title", "Switchboard API");
        json.WriteString("version", version);
        json.WriteString("description", "Cases, projects and people, compatible with the public case management API, version 2; speech, compatible with the public transcription API, version 1.");
        json.WriteEndObject();
        json.WriteStartArray("servers");
        json.WriteStartObject();
        json.WriteString("url", "/");
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteTags(Utf8JsonWriter json, IEnumerable<string> tags)
    {
        json.WriteStartArray("tags");
        foreach (var tag in tags.Distinct(StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("name", tag);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WritePaths(Utf8JsonWriter json, IReadOnlyList<ApiOperation> operations, IReadOnlyList<SpeechOperation> speech)
    {
        json.WriteStartObject("paths");
        foreach (var path in operations.GroupBy(operation => operation.Path, StringComparer.Ordinal))
        {
            json.WriteStartObject(path.Key);
            foreach (var operation in path)
            {
                json.WritePropertyName(operation.Method.ToLowerInvariant());
                WriteOperation(json, operation);
            }

            json.WriteEndObject();
        }

        SpeechPaths.Write(json, speech);
        json.WriteEndObject();
    }

    /// <summary>Writes what every operation begins with, whichever API it belongs to.</summary>
    internal static void WriteHead(Utf8JsonWriter json, string id, string summary, string? description, string tag)
    {
        json.WriteString("operationId", id);
        json.WriteString("summary", summary);
        if (description is not null)
        {
            json.WriteString("description", description);
        }

        json.WriteStartArray("tags");
        json.WriteStringValue(tag);
        json.WriteEndArray();
    }

    private static void WriteOperation(Utf8JsonWriter json, ApiOperation operation)
    {
        json.WriteStartObject();
        WriteHead(json, operation.Id, operation.Summary, operation.Description, operation.Tag);
        if (operation.Access.Permission is { } permission)
        {
            json.WriteString("x-permission", permission);
        }

        WriteParameters(json, operation);
        if (operation.Body is { } body)
        {
            json.WriteStartObject("requestBody");
            json.WriteBoolean("required", true);
            WriteContent(json, MediaTypes.Json, body.Schema);
            json.WriteEndObject();
        }

        if (operation.Lines is { } lines)
        {
            json.WriteStartObject("requestBody");
            json.WriteBoolean("required", true);
            WriteContent(json, MediaTypes.JsonLines, lines.Resource.Named(lines.Name));
            json.WriteEndObject();
        }

        if (operation.Raw is { } raw)
        {
            json.WriteStartObject("requestBody");
            json.WriteBoolean("required", true);
            WriteContent(json, raw.MediaType, raw.Schema);
            json.WriteEndObject();
        }

        WriteResponses(json, operation);
        WriteSecurity(json, operation);
        json.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter json, ApiOperation operation)
    {
        json.WriteStartArray("parameters");
        foreach (var parameter in operation.Parameters)
        {
            WriteParameter(json, parameter.Name, parameter.Place, parameter.Required, parameter.Description, parameter.Schema);
        }

        if (operation.TakesIdempotencyKey)
        {
            WriteParameter(
                json, IdempotencyScope.Header, "header", required: false,
                "Makes repetitions of this request with the same body one request.", Schema.Text);
        }

        json.WriteEndArray();
    }

    private static void WriteParameter(
        Utf8JsonWriter json, string name, string place, bool required, string? description, Schema schema)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("in", place);
        json.WriteBoolean("required", required);
        if (description is not null)
        {
            json.WriteString("description", description);
        }

        json.WritePropertyName("schema");
        SchemaJson.Write(json, schema);
        json.WriteEndObject();
    }

    private static void WriteResponses(Utf8JsonWriter json, ApiOperation operation)
    {
        json.WriteStartObject("responses");
        json.WriteStartObject(Text(operation.Success));
        json.WriteString("description", operation.Success switch { 201 => "Created", 202 => "Accepted", 204 => "No Content", _ => "OK" });
        if (operation.Response is { } schema)
        {
            WriteContent(json, operation.StreamType ?? operation.MediaType, schema);
        }

        json.WriteEndObject();
        if (operation.Redirects)
        {
            json.WriteStartObject("307");
            json.WriteString("description", "The case was merged into another one: Location is the other's.");
            json.WriteEndObject();
        }

        foreach (var status in RefusalsOf(operation))
        {
            json.WriteStartObject(Text(status));
            if (operation.Errors is not null || operation.PlainErrors || operation.MediaType != MediaTypes.JsonApi)
            {
                json.WriteString("description", Refusals[status].Text);
                WriteContent(json, operation.MediaType, operation.Errors?.Schema ?? (operation.PlainErrors ? PlainError : Error));
            }
            else
            {
                json.WriteString("$ref", $"#/components/responses/{Refusals[status].Name}");
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteSecurity(Utf8JsonWriter json, ApiOperation operation)
    {
        json.WriteStartArray("security");
        json.WriteStartObject();
        WriteScheme(operation.Access.IsOfSenders ? "integrationKey" : "apiKeyAuth");
        if (operation.Access.NeedsUser)
        {
            WriteScheme("appKeyAuth");
        }

        json.WriteEndObject();
        if (!operation.Access.IsOfSenders)
        {
            json.WriteStartObject();
            WriteScheme("bearerAuth");
            json.WriteEndObject();
        }

        json.WriteEndArray();

        void WriteScheme(string name)
        {
            json.WriteStartArray(name);
            json.WriteEndArray();
        }
    }

    private static void WriteComponents(Utf8JsonWriter json, IReadOnlyList<ApiOperation> operations, IReadOnlyList<SpeechOperation> speech)
    {
        json.WriteStartObject("components");
        json.WriteStartObject("schemas");
        var roots = operations.SelectMany(operation => new[] { operation.Body?.Schema, operation.Lines?.Resource.Named(operation.Lines.Name), operation.Raw?.Schema, operation.Errors?.Schema, operation.Response }).OfType<Schema>();
        foreach (var schema in SchemaJson.NamedIn([.. roots, Error, PlainError, .. SpeechPaths.Schemas(speech)]))
        {
            json.WritePropertyName(schema.Name!);
            SchemaJson.WriteDefinition(json, schema);
        }

        json.WriteEndObject();
        json.WriteStartObject("responses");
        foreach (var (_, (name, text)) in Refusals.OrderBy(pair => pair.Key))
        {
            json.WriteStartObject(name);
            json.WriteString("description", text);
            WriteContent(json, MediaTypes.JsonApi, Error);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("securitySchemes");
        WriteKeyScheme(json, "apiKeyAuth", "DD-API-KEY", "Names the organisation.");
        WriteKeyScheme(json, "appKeyAuth", "DD-APPLICATION-KEY", "Names the user and limits the permissions.");
        json.WriteStartObject("bearerAuth");
        json.WriteString("type", "http");
        json.WriteString("scheme", "bearer");
        json.WriteString("description", "A personal access token, in place of both keys.");
        json.WriteEndObject();
        json.WriteStartObject("integrationKey");
        json.WriteString("type", "http");
        json.WriteString("scheme", "bearer");
        json.WriteString("description", "The key of an integration; also taken as a basic password, in DD-API-KEY and as ?key=.");
        json.WriteEndObject();
        SpeechPaths.WriteSecuritySchemes(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteKeyScheme(Utf8JsonWriter json, string name, string header, string description)
    {
        json.WriteStartObject(name);
        json.WriteString("type", "apiKey");
        json.WriteString("in", "header");
        json.WriteString("name", header);
        json.WriteString("description", description);
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, string mediaType, Schema schema)
    {
        json.WriteStartObject("content");
        json.WriteStartObject(mediaType);
        json.WritePropertyName("schema");
        SchemaJson.Write(json, schema);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static KeyValuePair<int, (string, string)> Refusal(int status, string name, string text) => new(status, (name, text));

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}
