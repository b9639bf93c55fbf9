using System.Text.Json;
using System.Text.Json.Serialization;
using Switchboard.Grains.Intake;

namespace Switchboard.Storage.Intake;

/// <summary>What intake stores as JSON: members in snake case, enumerations by name, absent for null.</summary>
internal static class IntakeJson
{
    public static byte[] Write(IntegrationRules rules) => JsonSerializer.SerializeToUtf8Bytes(rules, IntakeJsonContext.Default.IntegrationRules);

    public static IntegrationRules ReadRules(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, IntakeJsonContext.Default.IntegrationRules)!;

    public static byte[] Write(CaseEffect effect) => JsonSerializer.SerializeToUtf8Bytes(effect, IntakeJsonContext.Default.CaseEffect);

    public static CaseEffect ReadEffect(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, IntakeJsonContext.Default.CaseEffect)!;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    AllowOutOfOrderMetadataProperties = true)]
[JsonSerializable(typeof(IntegrationRules))]
[JsonSerializable(typeof(CaseEffect))]
internal sealed partial class IntakeJsonContext : JsonSerializerContext;
