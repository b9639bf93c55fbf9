using Microsoft.Extensions.DependencyInjection;
using Switchboard.Grains.Timeline;

namespace Switchboard.Handlers.Timeline;

/// <summary>Adds the flavor.</summary>
internal static class TimelineRegistration
{
    public static void AddTimeline(this HandlerCatalog catalog)
    {
        catalog.Add<TimelineHandler>(TimelineHandler.Definition);
        catalog.Services.AddSingleton<ICaseHistory, CaseHistory>();
    }
}
