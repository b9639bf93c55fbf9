using Microsoft.Extensions.DependencyInjection.Extensions;
using Switchboard.Grains.CaseStreams;

namespace Switchboard.Handlers.Nexus;

/// <summary>Adds the flavor.</summary>
internal static class NexusRegistration
{
    /// <summary>The log that streams read is needed in every process that serves the API, whether or not it serves the flavor.</summary>
    public static void AddNexus(this HandlerCatalog catalog)
    {
        catalog.Add<NexusHandler>(NexusHandler.Definition);
        catalog.Services.TryAddSingleton<CaseEventSignal>();
        catalog.Services.TryAddSingleton<ICaseEventLog, CaseEventLog>();
    }
}
