using Microsoft.Extensions.DependencyInjection;
using Switchboard.Cases;
using Switchboard.Grains.Access;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Orgs;
using Switchboard.Grains.Projects;
using Switchboard.Grains.Teams;
using Switchboard.Grains.Templates;
using Switchboard.Grains.Timeline;
using Switchboard.Grains.Views;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Teams;
using Switchboard.Testing.InMemory;

namespace Switchboard.Grains.Tests;

/// <summary>Puts what the grains need from a storage into a silo.</summary>
internal static class Ports
{
    private static readonly Type[] All =
    [
        typeof(IEventStore), typeof(IAggregateRows<CaseSnapshot>), typeof(IAggregateRows<ProjectSnapshot>), typeof(IAggregateRows<UserSnapshot>),
        typeof(IAggregateRows<OrgSnapshot>), typeof(IOrgDirectory), typeof(ICaseDirectory), typeof(IProjectDirectory), typeof(IPolicyDirectory), typeof(ITeamDirectory), typeof(IAggregateRows<TeamSnapshot>), typeof(ICaseNumbers),
        typeof(ITimelineReader), typeof(ICaseLinks), typeof(ICaseCalls), typeof(ICaseTypeDirectory), typeof(IAggregateRows<CaseTypeSnapshot>),
        typeof(IViewDirectory), typeof(ITemplateDirectory),
    ];

    public static void Add(IServiceCollection services, InMemoryStore store)
    {
        foreach (var port in All)
        {
            services.AddSingleton(port, store);
        }
    }

    public static void Add(IServiceCollection services, IServiceProvider storage)
    {
        foreach (var port in All)
        {
            services.AddSingleton(port, storage.GetRequiredService(port));
        }
    }
}
