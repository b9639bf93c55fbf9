using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Commands;

namespace Switchboard.Gateway.Http;

/// <summary>A refusal as it goes over the wire, in one of the observed error shapes (case-api specification, 1.4).</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Shape">Which members the error object has.</param>
/// <param name="Title">What happened.</param>
/// <param name="Detail">Which value, and what to do.</param>
/// <param name="MetaKey">The name of what was not found, where the caller named it by a key.</param>
internal sealed record ApiError(int Status, ErrorShape Shape, string Title, string? Detail = null, string? MetaKey = null)
{
    /// <summary>Seconds after which the caller may try again, or null when trying again changes nothing.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>What is wrong, one by one, where <see cref="Detail"/> has it in one sentence.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];

    /// <summary>What the domain said, where the refusal is the domain's.</summary>
    public ErrorKind? Kind { get; init; }

    public static ApiError BadRequest(string? detail) => new(400, ErrorShape.Status, "Bad Request", detail);

    public static ApiError InvalidParameter(string name, string place, string expectation) =>
        new(400, ErrorShape.Status, "Invalid Parameter", $"invalid parameter \"{name}\" in \"{place}\"; {expectation}");

    public static ApiError Invalid(string detail) => new(400, ErrorShape.Generic, "Generic Error", detail);

    public static ApiError NotFound(string title, string? metaKey = null) => new(404, ErrorShape.NotFound, title, null, metaKey);

    public static ApiError Unauthorized(string detail) => new(401, ErrorShape.Status, "Unauthorized", detail);

    public static ApiError Forbidden(string detail) => new(403, ErrorShape.Status, "Forbidden", detail);

    /// <summary>
    /// A refusal by the domain. A conflict is a 409 only where the operation documents one; elsewhere it is a 400, since public
    /// clients treat an undocumented status as a broken server.
    /// </summary>
    public static ApiError Of(DomainError error, bool conflictDocumented) =>
        InHttp(error, conflictDocumented) with { Kind = error.Kind };

    private static ApiError InHttp(DomainError error, bool conflictDocumented) => error.Kind switch
    {
        ErrorKind.NotFound => new ApiError(404, ErrorShape.NotFound, error.Title, error.Detail, error.MetaKey),
        ErrorKind.Invalid => new ApiError(400, ErrorShape.Generic, error.Title, error.Detail),
        ErrorKind.Malformed => new ApiError(400, ErrorShape.Status, error.Title, error.Detail),
        ErrorKind.Conflict when conflictDocumented => new ApiError(409, ErrorShape.Status, "Conflict", error.Detail),
        ErrorKind.Conflict => Invalid(error.Detail ?? error.Title),
        ErrorKind.Forbidden => new ApiError(403, ErrorShape.Status, "Forbidden", error.Detail),
        ErrorKind.IdempotencyMismatch => OtherBodyUnderKey,
        _ => throw new ArgumentOutOfRangeException(nameof(error), error.Kind, "No HTTP status is known for this kind of refusal."),
    };

    public static ApiError OtherBodyUnderKey { get; } = new(422, ErrorShape.Status, "Unprocessable Entity",
        "this Idempotency-Key was used with another request body; send the first body again, or a new key for a new request");

    public static void Write(Utf8JsonWriter json, ApiError error)
    {
        json.WriteStartObject();
        json.WriteStartArray("errors"u8);
        json.WriteStartObject();
        switch (error.Shape)
        {
            case ErrorShape.NotFound:
                json.WriteString("code"u8, "resource_not_found"u8);
                break;
            case ErrorShape.Status:
                json.WriteString("status"u8, StatusText(error.Status));
                break;
        }

        json.WriteString("title"u8, error.Title);
        if (error.Detail is not null)
        {
            json.WriteString("detail"u8, error.Detail);
        }

        if (error.MetaKey is not null)
        {
            json.WriteStartObject("meta"u8);
            json.WriteString("key"u8, error.MetaKey);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The form of the public API's first version: a list of texts.</summary>
    public static void WritePlain(Utf8JsonWriter json, ApiError error)
    {
        json.WriteStartObject();
        json.WriteStartArray("errors"u8);
        json.WriteStringValue(error.Detail is null ? error.Title : $"{error.Title}: {error.Detail}");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string StatusText(int status) => status.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Which members an error object has.</summary>
internal enum ErrorShape
{
    /// <summary><c>code</c>, <c>title</c>, and <c>meta.key</c> where there is one: the domain found nothing.</summary>
    NotFound = 0,

    /// <summary><c>status</c>, <c>title</c>, and <c>detail</c> where it is known: form, parameters, access, faults.</summary>
    Status = 1,

    /// <summary><c>title</c> and <c>detail</c>: a rule of the domain is broken.</summary>
    Generic = 2,
}
