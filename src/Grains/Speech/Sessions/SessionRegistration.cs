using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Switchboard.Grains.Speech.Sessions;

/// <summary>Registers what looks after live sessions.</summary>
public static class SessionRegistration
{
    /// <summary>Adds the sweep over sessions whose process is gone. Their rows and the usage ledger are registered elsewhere.</summary>
    public static IServiceCollection AddSpeechSessions(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddHostedService<SessionSweep>();
        return services;
    }
}
