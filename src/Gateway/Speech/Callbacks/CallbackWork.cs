using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Switchboard.Gateway.Speech.Calls;
using Switchboard.Gateway.Speech.Files;
using Switchboard.Grains.Deliveries;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Callbacks;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Callbacks;

/// <summary>What a request asked for, as it is kept until it is done. Members are added, never renamed.</summary>
/// <param name="Query">The request's query, from which it is read again.</param>
/// <param name="Path">Path and query for usage reports.</param>
/// <param name="MediaType">What the client called its body, or null.</param>
/// <param name="Address">Where the media is, or null when it was sent.</param>
/// <param name="Tags">Labels of the request and of its key.</param>
/// <param name="Target">The call that it is of, or null.</param>
internal sealed record CallbackWork(
    string Query, string Path, string? MediaType, string? Address, ImmutableArray<string> Tags, CallTarget? Target)
{
    /// <summary>Seals it: addresses may hold passwords.</summary>
    public byte[] Seal(SecretBox box, Guid requestId) => box.Seal(requestId, JsonSerializer.Serialize(this, CallbackJson.Default.CallbackWork));

    /// <summary>Opens what a job keeps.</summary>
    /// <exception cref="InvalidOperationException">It was sealed under a key that is not here, or cannot be read.</exception>
    public static CallbackWork Open(SecretBox box, CallbackJob job) =>
        JsonSerializer.Deserialize(box.Open(job.RequestId, job.Work), CallbackJson.Default.CallbackWork)
        ?? throw new InvalidOperationException($"The work of request {job.RequestId} is empty.");

    /// <summary>The request as it was.</summary>
    /// <exception cref="InvalidOperationException">This version does not understand it.</exception>
    public FileRequest RequestOf(CallbackJob job)
    {
        var parameters = ListenQuery.Read(Query, ListenDialect.FileDefaults).Parameters
            ?? throw new InvalidOperationException($"The parameters of request {job.RequestId} cannot be read.");
        var caller = new SpeechCaller { OrgId = job.OrgId, KeyId = job.KeyId, Scopes = [] };
        return new FileRequest(caller, job.RequestId, parameters, Target, Path, Tags, job.CreatedAt);
    }
}

/// <summary>The JSON of what is kept.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CallbackWork))]
internal sealed partial class CallbackJson : JsonSerializerContext;
