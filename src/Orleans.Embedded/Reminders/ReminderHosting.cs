using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Reminders;
using Orleans.Runtime;
using Orleans.Timers;

namespace Orleans.Hosting;

/// <summary>Reminders.</summary>
public sealed class ReminderOptions
{
    /// <summary>The shortest period that is accepted.</summary>
    public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often the table is read again, to find what others changed.</summary>
    public TimeSpan RefreshReminderListPeriod { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Reminders that are due later than this stay in the table.</summary>
    public TimeSpan ReminderLoadingWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long preparing the table may take.</summary>
    public TimeSpan InitializationTimeout { get; set; } = TimeSpan.FromMinutes(5);
}

/// <summary>Adds the reminder service.</summary>
public static partial class SiloBuilderReminderExtensions
{
    /// <summary>Adds the reminder service; a table must be added, too.</summary>
    public static ISiloBuilder AddReminders(this ISiloBuilder builder)
    {
        builder.Services.AddReminders();
        return builder;
    }

    /// <summary>Adds the reminder service; a table must be added, too.</summary>
    public static void AddReminders(this IServiceCollection services)
    {
        if (services.Any(s => s.ServiceType == typeof(ReminderService)))
        {
            return;
        }

        services.AddSingleton<ReminderService>();
        services.AddSingleton<IReminderRegistry>(sp => sp.GetRequiredService<ReminderService>());
        services.AddSingleton<IReminderService>(sp => sp.GetRequiredService<ReminderService>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(sp => sp.GetRequiredService<ReminderService>());
        services.AddSingleton<IConfigurationValidator, ReminderOptionsValidator>();
    }
}

/// <summary>Adds reminders that are lost with the process.</summary>
public static class SiloBuilderReminderMemoryExtensions
{
    /// <summary>Keeps reminders in memory: for development and tests.</summary>
    public static ISiloBuilder UseInMemoryReminderService(this ISiloBuilder builder)
    {
        builder.AddReminders();
        builder.Services.TryAddSingleton<IReminderTable, InMemoryReminderTable>();
        return builder;
    }
}

/// <summary>Refuses periods that cannot work and a service without a table.</summary>
internal sealed class ReminderOptionsValidator(IOptions<ReminderOptions> options, IServiceProvider services) : IConfigurationValidator
{
    public void ValidateConfiguration()
    {
        var value = options.Value;
        if (value.MinimumReminderPeriod < TimeSpan.Zero)
        {
            throw new OrleansConfigurationException(
                $"ReminderOptions.MinimumReminderPeriod must not be negative, but is {value.MinimumReminderPeriod}.");
        }

        if (value.RefreshReminderListPeriod <= TimeSpan.Zero)
        {
            throw new OrleansConfigurationException(
                $"ReminderOptions.RefreshReminderListPeriod must be positive, but is {value.RefreshReminderListPeriod}.");
        }

        if (services.GetService<IServiceProviderIsService>()?.IsService(typeof(IReminderTable)) == false)
        {
            throw new OrleansConfigurationException(
                "Reminders have no table: call siloBuilder.UseAdoNetReminderService(...) or UseInMemoryReminderService().");
        }
    }
}
