using System.Text.Json.Serialization;
using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Intake;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Teams;
using Switchboard.Templates;
using Switchboard.Views;

namespace Switchboard.Storage.Events;

/// <summary>
/// How stored events look as JSON: members in snake case, enumerations by name (readers in other languages see them), absent for
/// null. An event type that is not listed here cannot be stored; <see cref="EventCodec"/> says so at start.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(CaseOpened))]
[JsonSerializable(typeof(TitleChanged))]
[JsonSerializable(typeof(DescriptionChanged))]
[JsonSerializable(typeof(PriorityChanged))]
[JsonSerializable(typeof(StatusChanged))]
[JsonSerializable(typeof(AssigneeChanged))]
[JsonSerializable(typeof(AttributesReplaced))]
[JsonSerializable(typeof(CaseArchived))]
[JsonSerializable(typeof(CaseUnarchived))]
[JsonSerializable(typeof(CommentAdded))]
[JsonSerializable(typeof(CommentEdited))]
[JsonSerializable(typeof(CommentDeleted))]
[JsonSerializable(typeof(CaseDeleted))]
[JsonSerializable(typeof(CustomAttributeChanged))]
[JsonSerializable(typeof(CaseTypeCreated))]
[JsonSerializable(typeof(CaseTypeChanged))]
[JsonSerializable(typeof(CaseTypeStatusesChanged))]
[JsonSerializable(typeof(CaseTypeDeleted))]
[JsonSerializable(typeof(AttributeDefined))]
[JsonSerializable(typeof(AttributeChanged))]
[JsonSerializable(typeof(AttributeRemoved))]
[JsonSerializable(typeof(CaseMoved))]
[JsonSerializable(typeof(ProjectFavored))]
[JsonSerializable(typeof(ProjectUnfavored))]
[JsonSerializable(typeof(DueDateChanged))]
[JsonSerializable(typeof(ResolvedReasonChanged))]
[JsonSerializable(typeof(ClosedReasonChanged))]
[JsonSerializable(typeof(TaskAdded))]
[JsonSerializable(typeof(TaskChanged))]
[JsonSerializable(typeof(TaskRemoved))]
[JsonSerializable(typeof(CaseMerged))]
[JsonSerializable(typeof(CaseUnmerged))]
[JsonSerializable(typeof(CaseAbsorbed))]
[JsonSerializable(typeof(CaseReleased))]
[JsonSerializable(typeof(WatcherAdded))]
[JsonSerializable(typeof(WatcherRemoved))]
[JsonSerializable(typeof(InsightsAdded))]
[JsonSerializable(typeof(InsightsRemoved))]
[JsonSerializable(typeof(LinkAdded))]
[JsonSerializable(typeof(LinkRemoved))]
[JsonSerializable(typeof(ProjectCreated))]
[JsonSerializable(typeof(ProjectRenamed))]
[JsonSerializable(typeof(ProjectSettingsChanged))]
[JsonSerializable(typeof(ProjectCaseTypesChanged))]
[JsonSerializable(typeof(ProjectColumnsChanged))]
[JsonSerializable(typeof(ProjectTeamChanged))]
[JsonSerializable(typeof(ProjectPolicyChanged))]
[JsonSerializable(typeof(ProjectDeleted))]
[JsonSerializable(typeof(ViewCreated))]
[JsonSerializable(typeof(ViewChanged))]
[JsonSerializable(typeof(ViewDeleted))]
[JsonSerializable(typeof(TeamCreated))]
[JsonSerializable(typeof(TeamChanged))]
[JsonSerializable(typeof(TeamDeleted))]
[JsonSerializable(typeof(TeamMemberAdded))]
[JsonSerializable(typeof(TeamMemberChanged))]
[JsonSerializable(typeof(TeamMemberRemoved))]
[JsonSerializable(typeof(TeamLinkAdded))]
[JsonSerializable(typeof(TeamLinkChanged))]
[JsonSerializable(typeof(TeamLinkRemoved))]
[JsonSerializable(typeof(TeamPermissionChanged))]
[JsonSerializable(typeof(UserTitleChanged))]
[JsonSerializable(typeof(TemplateCreated))]
[JsonSerializable(typeof(TemplateChanged))]
[JsonSerializable(typeof(TemplateDeleted))]
[JsonSerializable(typeof(OrgCreated))]
[JsonSerializable(typeof(UserCreated))]
[JsonSerializable(typeof(UserRenamed))]
[JsonSerializable(typeof(UserEmailChanged))]
[JsonSerializable(typeof(UserDisabled))]
[JsonSerializable(typeof(UserEnabled))]
[JsonSerializable(typeof(KeyCreated))]
[JsonSerializable(typeof(KeyChanged))]
[JsonSerializable(typeof(KeyDisabledChanged))]
[JsonSerializable(typeof(KeyRevoked))]
[JsonSerializable(typeof(KeyTagged))]
[JsonSerializable(typeof(AlertReceived))]
[JsonSerializable(typeof(OrgRenamed))]
[JsonSerializable(typeof(UserRolesChanged))]
[JsonSerializable(typeof(EventMetadata))]
internal sealed partial class EventJsonContext : JsonSerializerContext;
