using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Switchboard.Grains.Speech.Calls;

namespace Switchboard.Grains.Speech.Sessions;

/// <summary>Registers what looks after live sessions.</summary>
public static class SessionRegistration
{
    /// <summary>Adds the sweeps over sessions whose process is gone and over their calls. Their rows, the files and the usage ledger are registered elsewhere.</summary>
    public static IServiceCollection AddSpeechSessions(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddHostedService<SessionSweep>();
        services.AddSingleton<CallRecorder>();
        services.AddHostedService<CallSweep>();
        return services;
    }
}
