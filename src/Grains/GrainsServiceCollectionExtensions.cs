using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Switchboard.Grains.Access;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.Imports;

namespace Switchboard.Grains;

/// <summary>Registers what the grains need of their own.</summary>
public static class GrainsServiceCollectionExtensions
{
    /// <summary>
    /// Adds the grains' own services. The ports that they ask for (event store, rows, directories, numbers, timelines) come from
    /// the storage; <see cref="TimeProvider"/> is the system's unless another one is registered.
    /// </summary>
    public static IServiceCollection AddSwitchboardGrains(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<AggregateRuntime>();
        services.TryAddSingleton<ProjectAccess>();
        services.TryAddSingleton<ICaseImporter, CaseImporter>();
        return services;
    }
}
