using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Speech.Pools.Deepgram;
using Switchboard.Speech.Pools.Files;
using Switchboard.Speech.Pools.OpenAi;
using Switchboard.Speech.Pools.Vosk;
using Switchboard.Speech.Pools.Wires;

namespace Switchboard.Speech.Pools;

/// <summary>Registers the engine pools.</summary>
public static class PoolRegistration
{
    /// <summary>Adds <see cref="ISpeechEnginePools"/> over the nodes of section <see cref="PoolOptions.Section"/>, checked at start.</summary>
    public static IServiceCollection AddSpeechEnginePools(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PoolOptions>()
            .Configure(options => options.SpoolFolder = PoolOptions.DefaultSpoolFolder(configuration))
            .Bind(configuration.GetSection(PoolOptions.Section))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<PoolOptions>, PoolOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton<EngineTrust>();
        services.AddSingleton<EngineHttp>();
        services.AddSingleton<EngineWires>();
        services.AddSingleton<IEngineKind, DeepgramKind>();
        services.AddSingleton<IEngineKind, VoskKind>();
        services.AddSingleton<IEngineKind, OpenAiKind>();
        services.AddSingleton<PoolInstruments>();
        services.AddSingleton<FileSpool>();
        services.AddSingleton<FileDispatch>();
        services.AddSingleton<EnginePools>();
        services.AddSingleton<ISpeechEnginePools>(static provider => provider.GetRequiredService<EnginePools>());
        services.AddHostedService<PoolHealth>();
        return services;
    }
}
