using System.Text.Json;
using System.Text.Json.Serialization;
using Switchboard.Cases;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Teams;
using Switchboard.Templates;
using Switchboard.Timeline;
using Switchboard.Views;

namespace Switchboard.Grains.Aggregates;

/// <summary>
/// The JSON in which answers are kept under an idempotency key. It is read again within the retention time only, but by the
/// next release too: members are added, not renamed.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.General,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CaseSnapshot))]
[JsonSerializable(typeof(TimelineCell))]
[JsonSerializable(typeof(CaseLink))]
[JsonSerializable(typeof(CaseCall))]
[JsonSerializable(typeof(CaseTypeSnapshot))]
[JsonSerializable(typeof(ProjectSnapshot))]
[JsonSerializable(typeof(TeamSnapshot))]
[JsonSerializable(typeof(OrgSnapshot))]
[JsonSerializable(typeof(UserSnapshot))]
[JsonSerializable(typeof(KeySnapshot))]
[JsonSerializable(typeof(ViewSnapshot))]
[JsonSerializable(typeof(TemplateSnapshot))]
internal sealed partial class AnswerJson : JsonSerializerContext;
