using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.AdoNet;
using Orleans.Configuration;

namespace Orleans.Hosting;

public static partial class SiloBuilderReminderExtensions
{
    /// <summary>Keeps reminders in PostgreSQL, in the table layout of the Orleans ADO.NET provider.</summary>
    public static ISiloBuilder UseAdoNetReminderService(this ISiloBuilder builder, Action<AdoNetReminderTableOptions> configureOptions) =>
        builder.UseAdoNetReminderService(options => options.Configure(configureOptions));

    /// <summary>Keeps reminders in PostgreSQL, in the table layout of the Orleans ADO.NET provider.</summary>
    public static ISiloBuilder UseAdoNetReminderService(
        this ISiloBuilder builder, Action<OptionsBuilder<AdoNetReminderTableOptions>> configureOptions) =>
        builder.ConfigureServices(services => services.UseAdoNetReminderService(configureOptions));

    /// <summary>Keeps reminders in PostgreSQL, in the table layout of the Orleans ADO.NET provider.</summary>
    public static IServiceCollection UseAdoNetReminderService(
        this IServiceCollection services, Action<OptionsBuilder<AdoNetReminderTableOptions>> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(configureOptions);
        services.AddReminders();
        services.TryAddSingleton<AdoNetDataSources>();
        services.AddSingleton<IReminderTable, AdoNetReminderTable>();
        services.AddSingleton<IConfigurationValidator>(provider =>
            AdoNetOptionsValidator.For(provider.GetRequiredService<IOptions<AdoNetReminderTableOptions>>().Value));
        configureOptions(services.AddOptions<AdoNetReminderTableOptions>());
        return services;
    }
}
