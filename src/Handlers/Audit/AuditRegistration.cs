using Microsoft.Extensions.DependencyInjection;
using Switchboard.Grains.Audit;

namespace Switchboard.Handlers.Audit;

/// <summary>Adds the flavor.</summary>
internal static class AuditRegistration
{
    public static void AddAudit(this HandlerCatalog catalog)
    {
        catalog.Add<AuditHandler>(AuditHandler.Definition);
        catalog.Services.AddSingleton<IAuditLog, AuditLog>();
    }
}
