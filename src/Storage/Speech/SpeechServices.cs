using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Callbacks;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Storage.Speech.Access;
using Switchboard.Storage.Speech.Callbacks;
using Switchboard.Storage.Speech.Limits;
using Switchboard.Storage.Speech.Redis;
using Switchboard.Storage.Speech.Usage;

namespace Switchboard.Storage.Speech;

/// <summary>Registers what the speech API keeps: keys, limits, slots, usage, callbacks.</summary>
internal static class SpeechServices
{
    public static IServiceCollection AddSpeechAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton<AccessSignal>();
        services.AddSingleton<IKeyDirectory, KeyDirectory>();
        services.AddSingleton<ITokenKeys, TokenKeys>();
        services.AddHostedService<AccessListener>();

        services.AddOptions<SpeechLimitOptions>().Bind(configuration.GetSection(SpeechLimitOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SpeechLimitOptions>, SpeechLimitOptionsValidator>();
        services.AddSingleton<ISpeechLimits, LimitRows>();
        services.AddSingleton<ISpeechSlots, SpeechSlots>();
        services.AddSingleton<IUsageLedger, UsageLedger>();
        services.AddSingleton<IUsageReports, UsageReports>();
        services.AddSingleton<ICallbackJobs, CallbackRows>();

        services.AddOptions<RedisOptions>().Bind(configuration.GetSection(RedisOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RedisOptions>, RedisOptionsValidator>();
        services.AddSingleton<RedisConnection>();
        services.AddSingleton<ISharedKeys, SharedKeys>();
        services.AddSingleton<KeyRowsForRedis>();
        services.AddSingleton<KeySync>();
        services.AddSingleton<IKeySeeder>(static provider => provider.GetRequiredService<KeySync>());
        services.AddHostedService(static provider => provider.GetRequiredService<KeySync>());
        return services;
    }
}
