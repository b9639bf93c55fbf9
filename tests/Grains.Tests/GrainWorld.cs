using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using Orleans.TestingHost;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Tests.Cases;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Testing.InMemory;
using Switchboard.Timeline;

namespace Switchboard.Grains.Tests;

/// <summary>A silo with all grains over a store of one's own; nothing is shared between tests.</summary>
internal sealed class GrainWorld : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;
    private readonly Action<IServiceCollection> _storage;
    private int _requests;

    private GrainWorld(InProcessTestCluster cluster, Action<IServiceCollection> storage) => (_cluster, _storage) = (cluster, storage);

    public Guid Org { get; } = Guid.NewGuid();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Guid OrgInUse => Project?.OrgId ?? Org;

    public Actor Ana { get; private set; } = Actor.System;

    public Actor Ben { get; private set; } = Actor.System;

    public ProjectSnapshot Project { get; private set; } = null!;

    public IGrainFactory Grains => _cluster.Client;

    public IEventStore Events => Port<IEventStore>();

    /// <summary>Two users and a project, made through the grains.</summary>
    public static async Task<GrainWorld> StartAsync(Action<IServiceCollection> storage)
    {
        var world = await StartEmptyAsync(storage);
        await world.DoAsync(world.Org, new CreateOrg("Test"), world.System());
        world.Ana = Actor.User(await world.AddUserAsync("ana@example.test"));
        world.Ben = Actor.User(await world.AddUserAsync("ben@example.test"));
        world.Project = await world.AddProjectAsync("NOC");
        return world;
    }

    public T Port<T>()
        where T : notnull => _cluster.Silos[0].ServiceProvider.GetRequiredService<T>();

    public static Task<GrainWorld> StartAsync(InMemoryStore store) => StartAsync(services => Ports.Add(services, store));

    public static async Task<GrainWorld> StartEmptyAsync(Action<IServiceCollection> storage)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddActivityPropagation();
            silo.Services.AddSwitchboardGrains();
            storage(silo.Services);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new GrainWorld(cluster, storage);
    }

    /// <summary>Another silo over the same store that knows nothing of this one: what two clusters in a split would be.</summary>
    public async Task<GrainWorld> SplitAsync()
    {
        var other = await StartEmptyAsync(_storage);
        (other.Ana, other.Ben, other.Project) = (Ana, Ben, Project);
        return other;
    }

    /// <summary>Another organisation in the same store.</summary>
    public Task<GrainWorld> ForeignAsync() => StartAsync(_storage);

    public CommandContext System(string? key = null, string hash = "h") => By(Actor.System, key, hash);

    public CommandContext By(Actor actor, string? key = null, string hash = "h") => new(
        OrgInUse, actor, $"request-{Interlocked.Increment(ref _requests)}", key is null ? null : new IdempotencyKey(key, hash));

    public async Task<Outcome<CaseSnapshot>> DoAsync(Guid caseId, CaseCommand command, CommandContext context) =>
        await Grain<ICaseGrain>(caseId).ExecuteAsync(command, context, Stop);

    public async Task<Outcome<TimelineCell>> DoAsync(Guid caseId, CommentCommand command, CommandContext context) =>
        await Grain<ICaseGrain>(caseId).CommentAsync(command, context, Stop);

    public async Task<Outcome<ProjectSnapshot>> DoAsync(Guid projectId, ProjectCommand command, CommandContext context) =>
        await Grain<IProjectGrain>(projectId).ExecuteAsync(command, context, Stop);

    public async Task<Outcome<UserSnapshot>> DoAsync(Guid userId, UserCommand command, CommandContext context) =>
        await Grain<IUserGrain>(userId).ExecuteAsync(command, context, Stop);

    public async Task<Outcome<OrgSnapshot>> DoAsync(Guid orgId, CreateOrg command, CommandContext context) =>
        await Grains.GetGrain<IOrgGrain>(orgId.ToString("N")).CreateAsync(command, context, Stop);

    public async Task<CaseSnapshot?> GetCaseAsync(Guid id) => await Grain<ICaseGrain>(id).GetAsync(Stop);

    public async Task<ProjectSnapshot?> GetProjectAsync(Guid id) => await Grain<IProjectGrain>(id).GetAsync(Stop);

    public async Task<UserSnapshot?> GetUserAsync(Guid id) => await Grain<IUserGrain>(id).GetAsync(Stop);

    public async Task<OrgSnapshot?> GetOrgAsync(Guid id) => await Grains.GetGrain<IOrgGrain>(id.ToString("N")).GetAsync(Stop);

    public async Task RefreshCaseAsync(Guid id) => await Grain<ICaseGrain>(id).RefreshAsync(Stop);

    public OpenCase Opening(string title = "Disk filling on db-3") => CaseStory.Opening with { ProjectId = Project.Id, Title = title };

    public async Task<CaseSnapshot> OpenAsync(string title = "Disk filling on db-3")
    {
        var opened = await DoAsync(Guid.NewGuid(), Opening(title), By(Ana));
        opened.Error.ShouldBeNull();
        return opened.Value.ShouldNotBeNull();
    }

    public async Task<Guid> AddUserAsync(string email)
    {
        var id = Guid.NewGuid();
        (await DoAsync(id, new CreateUser(email, "", null, []), System())).Error.ShouldBeNull();
        return id;
    }

    public async Task<ProjectSnapshot> AddProjectAsync(string key)
    {
        var create = new CreateProject(key, key, ImmutableSortedDictionary<string, string>.Empty, [], null, null);
        var outcome = await DoAsync(Guid.NewGuid(), create, By(Ana));
        outcome.Error.ShouldBeNull();
        return outcome.Value.ShouldNotBeNull();
    }

    public async Task<List<RecordedEvent>> StreamAsync(Guid id)
    {
        var events = new List<RecordedEvent>();
        await foreach (var recorded in Events.ReadStreamAsync(Project.OrgId, id, 1, Stop))
        {
            events.Add(recorded);
        }

        return events;
    }

    public async Task<List<Guid>> ListCasesAsync()
    {
        var ids = new List<Guid>();
        await foreach (var id in Port<ICaseDirectory>().ListOfProjectAsync(Project.OrgId, Project.Id, Stop))
        {
            ids.Add(id);
        }

        return ids;
    }

    private T Grain<T>(Guid id)
        where T : IGrainWithStringKey => Grains.GetGrain<T>(GrainKeys.Of(OrgInUse, id));

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
