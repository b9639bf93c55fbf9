using System.Globalization;

namespace Switchboard.Grains.Speech.Wire;

/// <summary>
/// Why a request to the speech API is refused, in the words that clients match on (speech API specification, section 5). Written as
/// <c>{"err_code","err_msg","error","request_id"}</c>, which satisfies Deepgram's clients and Aldea's.
/// </summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Value of <c>err_code</c>.</param>
/// <param name="Message">Value of <c>err_msg</c>, <c>error</c> and the header <c>dg-error</c>; never holds a secret.</param>
/// <param name="RetryAfterSeconds">Value of the header <c>Retry-After</c>, or null.</param>
public sealed record SpeechError(int Status, string Code, string Message, int? RetryAfterSeconds = null)
{
    /// <summary>A missing, unknown, expired or revoked key.</summary>
    public static SpeechError InvalidAuth { get; } = new(401, "INVALID_AUTH", "Invalid credentials.");

    /// <summary>The key lacks the scope.</summary>
    public static SpeechError InsufficientPermissions { get; } =
        new(401, "INSUFFICIENT_PERMISSIONS", "User does not have sufficient permissions.");

    /// <summary>The same where the wire wants 403: short-lived tokens and models without access.</summary>
    public static SpeechError Forbidden { get; } = InsufficientPermissions with { Status = 403 };

    /// <summary>The month's seconds or the balance are used up.</summary>
    public static SpeechError PaymentRequired { get; } = new(
        402, "ASR_PAYMENT_REQUIRED", "Project does not have enough credits for an ASR request and does not have an overage agreement.");

    /// <summary>Management: no such project, or one of another organisation.</summary>
    public static SpeechError ProjectNotFound { get; } = new(404, "PROJECT_NOT_FOUND", "Project not found.");

    /// <summary>A limit is reached; a moment later the same may be admitted.</summary>
    public static SpeechError TooManyRequests { get; } = new(429, "TOO_MANY_REQUESTS", "Too many requests. Please try again later", 1);

    /// <summary>An upload that is no audio, or empty.</summary>
    public static SpeechError UndecodableAudio { get; } =
        new(400, "Bad Request", "Bad Request: failed to process audio: corrupt or unsupported data");

    /// <summary>A JSON body that cannot be read.</summary>
    public static SpeechError BadJson { get; } =
        new(400, "Bad Request", "Content-type was application/json, but we could not process the JSON payload.");

    /// <summary>A model that no pool has.</summary>
    public static SpeechError NoSuchModel { get; } =
        new(400, "Bad Request", "Bad Request: No such model/language/tier combination found.");

    /// <summary>The upload broke off or was too slow.</summary>
    public static SpeechError Unreadable { get; } = new(422, "ASR_UNPROCESSABLE_ENTITY", "Unable to read the entire client request.");

    /// <summary>No engine is there or all are full.</summary>
    public static SpeechError Unavailable { get; } = new(503, "Service Unavailable", "Please try again later", 1);

    /// <summary>An engine answered nonsense or broke off, and no other could take over.</summary>
    public static SpeechError BadGateway { get; } = new(502, "Bad Gateway", "Please try again later", 1);

    /// <summary>Something here failed.</summary>
    public static SpeechError Internal { get; } = new(500, "INTERNAL_SERVER_ERROR", "Please try again later", 1);

    /// <summary>The processing took longer than allowed.</summary>
    public static SpeechError TimedOut { get; } = new(504, "Gateway Timeout", "The request took longer than is allowed; use a callback for long files.");

    /// <summary>A known parameter with a value that cannot be read.</summary>
    /// <param name="what">Which parameter, which value, what would be right.</param>
    public static SpeechError InvalidParameter(string what) =>
        new(400, "INVALID_QUERY_PARAMETER", $"Failed to deserialize query parameters: {what}");

    /// <summary>Media at an address that could not be fetched.</summary>
    /// <param name="what">What the remote server said, or why it is not asked.</param>
    public static SpeechError RemoteContent(string what) => new(400, "REMOTE_CONTENT_ERROR", what);

    /// <summary>More bytes or seconds than allowed.</summary>
    /// <param name="limit">The limit with its unit.</param>
    public static SpeechError TooLarge(string limit) =>
        new(413, "PAYLOAD_TOO_LARGE", string.Create(CultureInfo.InvariantCulture, $"Payload size exceeds limit of {limit}."));

    /// <summary>Media that nothing here can decode.</summary>
    /// <param name="what">What was found and what can be sent instead.</param>
    public static SpeechError UnsupportedMedia(string what) => new(415, "UNSUPPORTED_MEDIA_TYPE", what);
}
