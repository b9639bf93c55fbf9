using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Handlers.CaseLinks;
using Switchboard.Projects;
using Switchboard.Testing;
using Switchboard.Timeline;

namespace Switchboard.Handlers.Tests.CaseLinks;

/// <summary>The handler among rows that are up to date and grains that may not be, as beside another process on the same database.</summary>
public sealed class CaseLinkHandlerTests
{
    private static readonly StatusChanged _closing = new("Open", StatusGroup.Open, "Closed", StatusGroup.Closed);
    private readonly ProjectSnapshot _project = Samples.Project(Guid.NewGuid());
    private readonly World _world = new();
    private readonly CaseSnapshot _original;
    private readonly CaseSnapshot _duplicate;

    public CaseLinkHandlerTests()
    {
        (_original, _duplicate) = (Samples.Case(_project, 1) with { StatusGroup = StatusGroup.Open }, Samples.Case(_project, 2) with { StatusGroup = StatusGroup.Open });
        _world.Projects[_project.Id] = _project;
        _world.Links.Add(new CaseLink(
            Guid.NewGuid(), _project.OrgId, CaseLinkNames.Duplicates, LinkEnd.Case(_duplicate.Id), LinkEnd.Case(_original.Id), Samples.Time, Guid.NewGuid()));
        (_world.Cases[_original.Id], _world.Cases[_duplicate.Id]) = (_original with { Version = 2, StatusGroup = StatusGroup.Closed }, _duplicate);
    }

    [Fact]
    public async Task A_duplicate_follows_when_this_process_has_an_older_copy_of_its_original()
    {
        _world.Held[_original.Id] = _original;

        await HandleAsync();

        _world.Commanded.ShouldBe([_duplicate.Id]);
    }

    [Fact]
    public async Task A_duplicate_follows_when_this_process_has_a_copy_of_it_from_before_it_was_opened_again()
    {
        _world.Held[_duplicate.Id] = _duplicate with { Version = 0, StatusGroup = StatusGroup.Closed };

        await HandleAsync();

        _world.Commanded.ShouldBe([_duplicate.Id]);
    }

    [Fact]
    public async Task After_a_refusal_the_next_attempt_decides_on_the_case_as_it_is()
    {
        _world.Refusal = DomainError.Conflict("it is archived");

        (await Should.ThrowAsync<InvalidOperationException>(HandleAsync)).Message.ShouldContain("it is archived");

        _world.Refreshed.ShouldBe([_duplicate.Id]);
    }

    private async Task HandleAsync()
    {
        var handler = new CaseLinkHandler(Grains.Over(_world), _world, _world, _world, NullLogger<CaseLinkHandler>.Instance);
        await handler.HandleAsync(
            new HandledEvent(Deliveries.Event(_project.OrgId, _original.Id, 2, _closing).Record, _closing), TestContext.Current.CancellationToken);
    }

    private sealed class World : IAggregateRows<CaseSnapshot>, IAggregateRows<ProjectSnapshot>, ICaseLinks
    {
        public Dictionary<Guid, CaseSnapshot> Cases { get; } = [];

        public Dictionary<Guid, CaseSnapshot> Held { get; } = [];

        public Dictionary<Guid, ProjectSnapshot> Projects { get; } = [];

        public List<CaseLink> Links { get; } = [];

        public List<Guid> Commanded { get; } = [];

        public List<Guid> Refreshed { get; } = [];

        public DomainError? Refusal { get; set; }

        ValueTask<CaseSnapshot?> IAggregateRows<CaseSnapshot>.LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken) =>
            ValueTask.FromResult(Cases.GetValueOrDefault(id));

        ValueTask<ProjectSnapshot?> IAggregateRows<ProjectSnapshot>.LoadAsync(Guid orgId, Guid id, CancellationToken cancellationToken) =>
            ValueTask.FromResult(Projects.GetValueOrDefault(id));

        public ValueTask<CaseLink?> FindAsync(Guid orgId, Guid linkId, CancellationToken cancellationToken) =>
            ValueTask.FromResult(Links.Find(link => link.Id == linkId));

        public ValueTask<ImmutableArray<CaseLink>> ListAsync(Guid orgId, LinkEnd end, string? relationship, CancellationToken cancellationToken) =>
            ValueTask.FromResult<ImmutableArray<CaseLink>>([.. Links]);

        public ValueTask<ImmutableArray<CaseLink>> ListJoinedAsync(Guid orgId, Guid caseId, string? relationship, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<bool> LeadsToAsync(Guid orgId, string relationship, LinkEnd from, LinkEnd to, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    private sealed class HeldCase(World world, Guid id) : ICaseGrain
    {
        public ValueTask<CaseSnapshot?> GetAsync(CancellationToken cancellationToken = default) =>
            ValueTask.FromResult<CaseSnapshot?>(world.Held.GetValueOrDefault(id, world.Cases[id]));

        public ValueTask<Outcome<CaseSnapshot>> ExecuteAsync(CaseCommand command, CommandContext context, CancellationToken cancellationToken = default)
        {
            world.Commanded.Add(id);
            return ValueTask.FromResult(world.Refusal is { } refused ? refused : new Outcome<CaseSnapshot>(world.Cases[id], null));
        }

        public ValueTask<Outcome<TimelineCell>> CommentAsync(CommentCommand command, CommandContext context, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public ValueTask<Outcome<CaseCall>> CallAsync(CallCommand command, CommandContext context, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public ValueTask<Outcome<CaseLink>> LinkAsync(LinkCommand command, CommandContext context, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public ValueTask<Outcome<CaseSnapshot>> MergeAsync(MergeCommand command, CommandContext context, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public ValueTask RefreshAsync(CancellationToken cancellationToken = default)
        {
            world.Refreshed.Add(id);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Gives out the cases that this process holds.</summary>
    public class Grains : DispatchProxy
    {
        private World _world = null!;

        internal static IGrainFactory Over(object world)
        {
            var factory = Create<IGrainFactory, Grains>();
            ((Grains)(object)factory)._world = (World)world;
            return factory;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => args?[0] is string key
            ? new HeldCase(_world, Guid.Parse(key.Split('/')[^1]))
            : throw new NotSupportedException($"{targetMethod?.Name} is not asked for here.");
    }
}
