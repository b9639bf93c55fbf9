using System.Text.Json.Serialization;

namespace Switchboard.Gateway.Speech.Callbacks;

/// <summary>The answer to a request whose results are called back.</summary>
/// <param name="RequestId">The request's id, which the callback names too.</param>
internal sealed record Acknowledgement([property: JsonPropertyName("request_id")] Guid RequestId);

/// <summary>Its JSON.</summary>
[JsonSerializable(typeof(Acknowledgement))]
internal sealed partial class AcknowledgementJson : JsonSerializerContext;
