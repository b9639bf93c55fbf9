using Microsoft.Extensions.Logging;
using Orleans;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Access;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Projects;

namespace Switchboard.Grains.Projects;

/// <summary>One project. Its deletion takes its cases along in one transaction, and then tells their grains.</summary>
internal sealed partial class ProjectGrain(
    AggregateRuntime runtime,
    IAggregateRows<ProjectSnapshot> rows,
    ICaseDirectory cases,
    ProjectAccess access) : AggregateGrain<ProjectSnapshot>(runtime), IProjectGrain
{
    private const int RefreshedTogether = 100;

    private StreamName _stream;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var (orgId, id) = GrainKeys.Parse(this.GetPrimaryKeyString());
        _stream = new StreamName(orgId, "project", id);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<ProjectSnapshot?> GetAsync(CancellationToken cancellationToken = default) => ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Outcome<ProjectSnapshot>> ExecuteAsync(
        ProjectCommand command, CommandContext context, CancellationToken cancellationToken = default)
    {
        if (context.OrgId != _stream.OrgId)
        {
            return ProjectDecider.NotFound;
        }

        // Listed before: afterwards there is no row left to list them by.
        var orphans = command is DeleteProject ? await ListCasesAsync(cancellationToken) : [];
        var outcome = await RunAsync(_stream, command, context, PlanAsync, AnswerJson.Default.ProjectSnapshot, cancellationToken);
        if (outcome.Succeeded)
        {
            if (command is CreateProject or SetProjectPolicy or DeleteProject)
            {
                access.ProjectsChanged(_stream.OrgId);
            }

            await RefreshAsync(orphans);
        }

        return outcome;
    }

    /// <inheritdoc/>
    protected override ValueTask<ProjectSnapshot?> LoadAsync(CancellationToken cancellationToken) =>
        rows.LoadAsync(_stream.OrgId, _stream.Id, cancellationToken);

    /// <inheritdoc/>
    protected override long VersionOf(ProjectSnapshot state) => state.Version;

    /// <inheritdoc/>
    protected override DomainError? ConflictOf(string constraint, object command) => (constraint, command) switch
    {
        ("project_key", CreateProject c) => ProjectDecider.KeyTaken(c.Key),
        _ => null,
    };

    private ValueTask<Plan<ProjectSnapshot, ProjectSnapshot>> PlanAsync(
        ProjectSnapshot? state, ProjectCommand command, CommandContext context, CancellationToken cancellationToken) =>
        new(ProjectPlan.Of(
            state,
            ProjectDecider.Decide(state, command),
            new PlanOrigin(_stream, context.Actor, Now)));

    private async Task<List<Guid>> ListCasesAsync(CancellationToken cancellationToken)
    {
        var ids = new List<Guid>();
        await foreach (var id in cases.ListOfProjectAsync(_stream.OrgId, _stream.Id, cancellationToken))
        {
            ids.Add(id);
        }

        return ids;
    }

    private async Task RefreshAsync(List<Guid> ids)
    {
        foreach (var together in ids.Chunk(RefreshedTogether))
        {
            await Task.WhenAll(together.Select(RefreshAsync));
        }
    }

    private async Task RefreshAsync(Guid caseId)
    {
        try
        {
            await GrainFactory.GetGrain<ICaseGrain>(GrainKeys.Of(_stream.OrgId, caseId)).RefreshAsync();
        }
        catch (Exception fault)
        {
            // The deletion is committed. What that grain still shows is refused by its next append, and forgotten when it is idle.
            LogNotRefreshed(Log, caseId, fault);
        }
    }

    [LoggerMessage(3010, LogLevel.Warning, "Case {CaseId} was deleted with its project, but its grain could not be told")]
    private static partial void LogNotRefreshed(ILogger logger, Guid caseId, Exception fault);
}
