using Microsoft.Extensions.DependencyInjection;
using Switchboard.Grains.Analytics;

namespace Switchboard.Handlers.Analytic;

/// <summary>Adds the flavor.</summary>
internal static class AnalyticRegistration
{
    public static void AddAnalytic(this HandlerCatalog catalog)
    {
        catalog.Add<AnalyticHandler>(AnalyticHandler.Definition);
        catalog.Services.AddSingleton<ICaseAnalytics, CaseAnalytics>();
    }
}
