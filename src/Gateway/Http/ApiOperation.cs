using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.OpenApi;
using Switchboard.Projects;

namespace Switchboard.Gateway.Http;

/// <summary>
/// One operation of the API: everything that routing, access control, validation and the OpenAPI document need to know, and the
/// handler. The pipeline has authenticated, counted, checked permission, parameters and body before the handler runs.
/// </summary>
internal sealed class ApiOperation
{
    /// <summary>The public contract's operation id.</summary>
    public required string Id { get; init; }

    /// <summary>The HTTP method, upper case.</summary>
    public required string Method { get; init; }

    /// <summary>The path with <c>{parameters}</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The group in the OpenAPI document.</summary>
    public required string Tag { get; init; }

    /// <summary>One line for people.</summary>
    public required string Summary { get; init; }

    /// <summary>More for people, or null.</summary>
    public string? Description { get; init; }

    /// <summary>Which keys and which permission the caller needs.</summary>
    public required AccessRule Access { get; init; }

    /// <summary>
    /// What the caller must be of the project that the path names by <c>{project_id}</c> or <c>{case_id}</c>; null for viewer where
    /// <see cref="Access"/> is to read cases, and contributor everywhere else.
    /// </summary>
    public ProjectRelation? Relation { get; init; }

    /// <summary>Path and query parameters; each is checked before the handler runs.</summary>
    public ImmutableArray<Parameter> Parameters { get; init; } = [];

    /// <summary>The request body, or null when there is none (a body that is sent all the same is ignored).</summary>
    public ResourceShape? Body { get; init; }

    /// <summary>
    /// What a line of the request body looks like, for an operation whose handler reads its body itself, line by line; else null. Such an
    /// operation has no <see cref="Body"/>.
    /// </summary>
    public ResourceShape? Lines { get; init; }

    /// <summary>What the request body is, for an operation whose handler reads its body itself, whole; else null. Such an operation has no <see cref="Body"/>.</summary>
    public RawBody? Raw { get; init; }

    /// <summary>Who lets callers in, where it is not the keys of organisations and users that do.</summary>
    public Func<ApiRequest, ValueTask<Admission>>? Admit { get; init; }

    /// <summary>How refusals look, where another API's clients expect them in another form.</summary>
    public ErrorForm? Errors { get; init; }

    /// <summary>The status of success.</summary>
    public int Success { get; init; } = 200;

    /// <summary>Whether the answer may be that another path has what was asked for (307).</summary>
    public bool Redirects { get; init; }

    /// <summary>The answer's schema, or null for an answer without a body.</summary>
    public Schema? Response { get; init; }

    /// <summary>The documented refusals.</summary>
    public ImmutableArray<int> Refusals { get; init; } = [400, 401, 403, 404, 429];

    /// <summary>The media type of answers.</summary>
    public string MediaType { get; init; } = MediaTypes.JsonApi;

    /// <summary>The media type of an answer that is sent piece by piece, or null; refusals keep <see cref="MediaType"/>.</summary>
    public string? StreamType { get; init; }

    /// <summary>Errors are plain texts, as in the first version of the public API.</summary>
    public bool PlainErrors { get; init; }

    /// <summary>Does the work and sends the answer through the request.</summary>
    public required Func<ApiRequest, ValueTask> Handle { get; init; }

    /// <summary>Whether a repetition with the same <c>Idempotency-Key</c> is recognised.</summary>
    public bool TakesIdempotencyKey => Method == "POST" && Lines is null && Raw is null;

    /// <summary>Whether a contradiction with the present state may be answered with 409.</summary>
    public bool DocumentsConflict => Refusals.Contains(409);
}

/// <summary>A request body that is read by its operation.</summary>
/// <param name="MediaType">What it is.</param>
/// <param name="Schema">What is in it.</param>
internal sealed record RawBody(string MediaType, Schema Schema);

/// <summary>How refusals look.</summary>
/// <param name="Schema">What is in them.</param>
/// <param name="Write">Writes one.</param>
internal sealed record ErrorForm(Schema Schema, Action<Utf8JsonWriter, ApiError> Write);

/// <summary>A group of operations that share what they need.</summary>
internal interface IApiOperations
{
    /// <summary>The operations.</summary>
    IEnumerable<ApiOperation> Operations { get; }
}

/// <summary>The media types that the API speaks.</summary>
internal static class MediaTypes
{
    public const string JsonApi = "application/vnd.api+json";
    public const string Json = "application/json";

    public const string Csv = "text/csv";

    /// <summary>One JSON value on each line.</summary>
    public const string JsonLines = "application/x-ndjson";
}
