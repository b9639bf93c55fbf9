using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Access;
using Switchboard.Grains.Analytics;
using Switchboard.Grains.Audit;
using Switchboard.Grains.Cases;
using Switchboard.Grains.Imports;
using Switchboard.Grains.Orgs;
using Switchboard.Grains.Projects;
using Switchboard.Grains.Search;
using Switchboard.Grains.Suggestions;
using Switchboard.Grains.Teams;
using Switchboard.Grains.Templates;
using Switchboard.Grains.Timeline;
using Switchboard.Grains.Views;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Teams;
using Switchboard.Templates;
using Switchboard.Timeline;
using Switchboard.Views;

namespace Switchboard.Gateway.Tests.Fakes;

/// <summary>Ports with nothing behind them, for tests that never reach them.</summary>
internal sealed class NoDirectories :
    ICaseSearch, ICaseDirectory, ICaseLinks, ICaseTypeDirectory, ITimelineReader, IProjectDirectory, IOrgDirectory, ITokenDirectory, IAuditLog, ICaseSuggester,
    ICaseHistory, ICaseAnalytics, IViewDirectory, ITemplateDirectory, IPolicyDirectory, ITeamDirectory, IImportLedger, ICaseImporter
{
    public ValueTask<TeamPage> ListAsync(TeamQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<TeamSnapshot>> ListOfUserAsync(Guid orgId, Guid userId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<ProjectAccessRow>> ListPoliciesAsync(Guid orgId, CancellationToken cancellationToken) => new([]);

    public ValueTask<AccessSubject?> FindSubjectAsync(Guid orgId, Guid userId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Outcome<CaseSearchPage>> SearchAsync(CaseSearchRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<Outcome<CaseCounts>> CountAsync(CaseCountRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<Outcome<CaseAggregate>> AggregateAsync(CaseAggregateRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<Outcome<CaseWalkPart>> WalkAsync(CaseWalkRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<Outcome<CaseSuggestions>> SuggestAsync(CaseSuggestRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<ImmutableArray<HistoryEntry>> ListAsync(HistoryQuery query, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<ImmutableArray<CaseFigures>> QueryAsync(AnalyticsQuery query, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<Guid?> FindByKeyAsync(Guid orgId, string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<CaseLink?> FindAsync(Guid orgId, Guid linkId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<CaseLink>> ListAsync(Guid orgId, LinkEnd end, string? relationship, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<ImmutableArray<CaseLink>> ListJoinedAsync(Guid orgId, Guid caseId, string? relationship, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<bool> LeadsToAsync(Guid orgId, string relationship, LinkEnd from, LinkEnd to, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    // The routing tests ask for the list of types: the built-in ones need no row.
    ValueTask<ImmutableArray<CaseTypeSnapshot>> ICaseTypeDirectory.ListAsync(Guid orgId, CancellationToken cancellationToken) => new([]);

    public ValueTask<ImmutableArray<string>> FindUsedAsync(
        Guid orgId, Guid typeId, ImmutableArray<string> statuses, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<Guid> ListOfProjectAsync(Guid orgId, Guid projectId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<TimelineCell?> FindAsync(Guid orgId, Guid caseId, Guid cellId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<ImmutableArray<TimelineCell>> ListAsync(TimelineQuery query, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    ValueTask<ViewSnapshot?> IViewDirectory.FindAsync(Guid orgId, Guid viewId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    ValueTask<ImmutableArray<ViewSnapshot>> IViewDirectory.ListAsync(Guid orgId, Guid projectId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    ValueTask<TemplateSnapshot?> ITemplateDirectory.FindAsync(Guid orgId, Guid templateId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    ValueTask<ImmutableArray<TemplateSnapshot>> ITemplateDirectory.ListAsync(Guid orgId, Guid projectId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<ImmutableArray<TimelineCell>> ListOfCasesAsync(Guid orgId, ImmutableArray<Guid> caseIds, ImmutableArray<Guid> hidden, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<ImmutableArray<ProjectSnapshot>> ListAsync(Guid orgId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<OrgSnapshot?> FindFirstOrgAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<UserSnapshot?> FindUserByEmailAsync(Guid orgId, string email, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<UserPage> ListUsersAsync(UserQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<KeySnapshot?> FindKeyByHashAsync(string hash, CancellationToken cancellationToken) => throw new NotSupportedException();

    ValueTask<KeySnapshot?> ITokenDirectory.FindAsync(Guid orgId, Guid tokenId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<TokenPage> ListAsync(TokenQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<SuggestionList> SuggestAsync(SuggestionQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<AuditEntry>> ListAsync(AuditQuery query, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<ImportReceipt> OpenAsync(Guid orgId, Guid receiptId, Guid startedBy, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    ValueTask<ImportReceipt?> IImportLedger.FindAsync(Guid orgId, Guid receiptId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<bool> AdvanceAsync(Guid orgId, Guid receiptId, ImportAdvance advance, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<ImmutableArray<(Guid Id, string Key)>> KeysOfAsync(Guid orgId, ImmutableArray<Guid> ids, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<ImmutableArray<Task<ImportOutcome>>> TakeAsync(
        ImmutableArray<ImportedCase> cases, ImportContext context, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<AuditChainReport>> VerifyAsync(AuditCheck check, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
