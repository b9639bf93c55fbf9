using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Orleans;
using Orleans.Hosting;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Storage;

namespace Switchboard.Bench.Store;

/// <summary>Callers that change the priority of cases of their own through the cases' grains; each update is an event, the case's row and a timeline cell.</summary>
internal sealed class CaseUpdates : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly CommandContext _context;
    private readonly Case[][] _cases;

    private CaseUpdates(IHost host, CommandContext context, Case[][] cases)
    {
        (_host, _context, _cases) = (host, context, cases);
    }

    /// <summary>Whose cases they are.</summary>
    public Guid OrgId => _context.OrgId;

    /// <summary>The silo's services.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>Starts a silo on a database and opens the cases.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="count">How many cases.</param>
    /// <param name="callers">How many callers share them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="configure">What else the silo has.</param>
    public static async Task<CaseUpdates> PrepareAsync(
        string connectionString, int count, int callers, CancellationToken cancellationToken, Action<HostApplicationBuilder, ISiloBuilder>? configure = null)
    {
        var host = await StartAsync(connectionString, configure, cancellationToken);
        return await OpenAsync(host, Guid.CreateVersion7(), count, callers, cancellationToken);
    }

    /// <summary>Starts a silo on a database that has an organisation already; its cases that an earlier run opened are taken, or others opened.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="org">The organisation.</param>
    /// <param name="count">How many cases.</param>
    /// <param name="callers">How many callers share them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<CaseUpdates> ResumeAsync(string connectionString, Guid org, int count, int callers, CancellationToken cancellationToken)
    {
        var host = await StartAsync(connectionString, null, cancellationToken);
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(
            """select c.id, c.priority, c.created_by from "case" c join project p on p.id = c.project_id where c.org_id = $1 and p.key = 'BENCH' limit $2""");
        command.Parameters.Add(new() { Value = org });
        command.Parameters.Add(new() { Value = count });
        var (grains, kept, user) = (host.Services.GetRequiredService<IGrainFactory>(), new List<Case>(), Guid.Empty);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            kept.Add(new(grains.GetGrain<ICaseGrain>(GrainKeys.Of(org, reader.GetGuid(0))), (CasePriority)reader.GetInt16(1)));
            user = reader.GetGuid(2);
        }

        return kept.Count == 0
            ? await OpenAsync(host, org, count, callers, cancellationToken)
            : new CaseUpdates(host, ContextOf(org, user), [.. Enumerable.Range(0, callers).Select(caller => kept.Where((_, i) => i % callers == caller).ToArray())]);
    }

    private static CommandContext ContextOf(Guid org, Guid user) => new(org, Actor.User(user), "0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f41");

    private static async Task<CaseUpdates> OpenAsync(IHost host, Guid org, int count, int callers, CancellationToken cancellationToken)
    {
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        var (user, project) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var context = ContextOf(org, user);
        Done(await grains.GetGrain<IOrgGrain>(org.ToString("N")).CreateAsync(new CreateOrg("Bench"), context, cancellationToken));
        Done(await grains.GetGrain<IUserGrain>(GrainKeys.Of(org, user))
            .ExecuteAsync(new CreateUser("bench@example.com", "Bench", null, []), context, cancellationToken));
        Done(await grains.GetGrain<IProjectGrain>(GrainKeys.Of(org, project))
            .ExecuteAsync(new CreateProject("BENCH", "Bench", ImmutableSortedDictionary<string, string>.Empty, [], null, null), context, cancellationToken));

        var open = new OpenCase(
            project, CaseTypes.Standard.Id, "Checkout answers with 502 in eu-west-1",
            "Since 08:52 UTC one in twenty requests to the checkout service fails. Retries help. No deployment since yesterday.",
            CasePriority.P2, null, null, ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("service", ["checkout"]));
        var cases = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var mine = new Case[(count / callers) + (caller < count % callers ? 1 : 0)];
            for (var index = 0; index < mine.Length; index++)
            {
                mine[index] = new Case(grains.GetGrain<ICaseGrain>(GrainKeys.Of(org, Guid.CreateVersion7())), CasePriority.P2);
                Done(await mine[index].Grain.ExecuteAsync(open, context, cancellationToken));
            }

            return mine;
        })));
        return new CaseUpdates(host, context, cases);
    }

    /// <summary>Updates a second.</summary>
    public async Task<double> RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(_cases.Select(mine => Task.Run(() => WorkAsync(mine, started, duration, cancellationToken))));
        return counts.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Sends so many updates a second, each when it is due.</summary>
    public async Task RunPacedAsync(int perSecond, TimeSpan duration, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(_cases.Select((mine, caller) => Task.Run(async () =>
        {
            for (var done = 0; ; done++)
            {
                var due = TimeSpan.FromSeconds(((double)done * _cases.Length + caller) / perSecond);
                if (due >= duration)
                {
                    return;
                }

                var early = due - Stopwatch.GetElapsedTime(started);
                if (early > TimeSpan.Zero)
                {
                    await Task.Delay(early, TimeProvider.System, cancellationToken);
                }

                await UpdateAsync(mine, done, cancellationToken);
            }
        })));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    private async Task<int> WorkAsync(Case[] mine, long started, TimeSpan duration, CancellationToken cancellationToken)
    {
        var done = 0;
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            await UpdateAsync(mine, done, cancellationToken);
            done++;
        }

        return done;
    }

    private async Task UpdateAsync(Case[] mine, int done, CancellationToken cancellationToken)
    {
        var (grain, priority) = mine[done % mine.Length];
        priority = priority == CasePriority.P2 ? CasePriority.P3 : CasePriority.P2;
        Done(await grain.ExecuteAsync(new SetPriority(priority), _context, cancellationToken));
        mine[done % mine.Length] = new Case(grain, priority);
    }

    private static async Task<IHost> StartAsync(string connectionString, Action<HostApplicationBuilder, ISiloBuilder>? configure, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Databases:CaseManagement:Primary"] = connectionString });
        builder.Services.AddSwitchboardStorage(builder.Configuration);
        builder.Services.AddSwitchboardGrains();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering().AddActivityPropagation();
            configure?.Invoke(builder, silo);
        });
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return host;
    }

    private static void Done<T>(Outcome<T> outcome)
        where T : class
    {
        if (!outcome.Succeeded)
        {
            throw new InvalidOperationException($"A command of the bench was refused: {outcome.Error}");
        }
    }

    private readonly record struct Case(ICaseGrain Grain, CasePriority Priority);
}
