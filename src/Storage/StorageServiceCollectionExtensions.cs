using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Cases;
using Switchboard.Grains.Access;
using Switchboard.Grains.Cases;
using Switchboard.Grains.DeadLetters;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Files;
using Switchboard.Grains.Imports;
using Switchboard.Grains.Intake;
using Switchboard.Grains.Orgs;
using Switchboard.Grains.Projects;
using Switchboard.Grains.Rebuilds;
using Switchboard.Grains.Teams;
using Switchboard.Grains.Speech.Sessions;
using Switchboard.Grains.Templates;
using Switchboard.Grains.Timeline;
using Switchboard.Grains.Views;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Storage.Cases;
using Switchboard.Storage.Databases;
using Switchboard.Storage.DeadLetters;
using Switchboard.Storage.Events;
using Switchboard.Storage.EventStore;
using Switchboard.Storage.Feed;
using Switchboard.Storage.Files;
using Switchboard.Storage.Imports;
using Switchboard.Storage.Intake;
using Switchboard.Storage.Orgs;
using Switchboard.Storage.Projects;
using Switchboard.Storage.Rebuilds;
using Switchboard.Storage.Schema;
using Switchboard.Storage.Search;
using Switchboard.Storage.Speech;
using Switchboard.Storage.Teams;
using Switchboard.Storage.Speech.Sessions;
using Switchboard.Storage.Templates;
using Switchboard.Storage.Timeline;
using Switchboard.Storage.Views;
using Switchboard.Teams;

namespace Switchboard.Storage;

/// <summary>Puts the store into a host.</summary>
public static class StorageServiceCollectionExtensions
{
    /// <summary>
    /// Registers the databases of the tenants (sections <c>Databases</c> and <c>Storage</c>, checked at start) and every port of the
    /// domain that they implement, for the tenant case-management. The databases are made and migrated before other services start.
    /// </summary>
    public static IServiceCollection AddSwitchboardStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DatabaseOptions>().Bind(configuration.GetSection(DatabaseOptions.Section)).ValidateOnStart();
        services.AddOptions<StorageOptions>().Bind(configuration.GetSection(StorageOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DatabaseOptions>, DatabaseOptionsValidator>();
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<TenantDatabases>();
        services.AddSingleton(provider => provider.GetRequiredService<TenantDatabases>().CaseManagement);
        services.AddSingleton(provider =>
        {
            var database = provider.GetRequiredService<TenantDatabase>();
            return new RowReader(database.Tenant, database.Primary);
        });
        services.AddSingleton<EventCodec>();
        services.AddSingleton<StorageInstruments>();
        services.AddSingleton(provider => new DatabaseMigrator(
            Migration.BuiltIn, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<DatabaseMigrator>>()));

        // First of all hosted services, since all others may read.
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService, DatabaseStartup>());
        services.AddHostedService<IdempotencySweep>();
        services.AddHostedService<LogNotifier>();
        services.AddOptions<FilesOptions>()
            .Configure(options => options.Store = FilesOptions.Default(configuration))
            .Bind(configuration.GetSection(FilesOptions.Section));
        services.AddSingleton<IValidateOptions<FilesOptions>, FilesOptionsValidator>();
        services.AddSingleton<IBlobStore, FolderBlobStore>();
        services.AddCaseSearch(configuration);
        services.AddSpeechAccess(configuration);
        return services.AddPorts();
    }

    private static IServiceCollection AddPorts(this IServiceCollection services)
    {
        services.AddSingleton<IEventStore, PostgresEventStore>();
        services.AddSingleton<IEventFeed, EventFeed>();
        services.AddSingleton<FlavorNumbers>();
        services.AddSingleton<IDeadLetters, DeadLetterRows>();
        services.AddSingleton<IRebuilds, RebuildRows>();
        services.AddSingleton<IAggregateRows<CaseSnapshot>, CaseRows>();
        services.AddSingleton<ICaseNumbers, CaseNumbers>();
        services.AddSingleton<IImportLedger, ImportLedger>();
        services.AddSingleton<IntakeStatement>();
        services.AddSingleton<IntakeLane>();
        services.AddSingleton<IIntake, IntakeLog>();
        services.AddSingleton<IIntegrations, IntegrationRows>();
        services.AddSingleton<ICaseDirectory, CaseDirectory>();
        services.AddSingleton<ICaseLinks, CaseLinkRows>();
        services.AddSingleton<ICaseCalls, CaseCallRows>();
        services.AddSingleton<CaseTypeRows>();
        services.AddSingleton<IAggregateRows<CaseTypeSnapshot>>(provider => provider.GetRequiredService<CaseTypeRows>());
        services.AddSingleton<ICaseTypeDirectory>(provider => provider.GetRequiredService<CaseTypeRows>());
        services.AddSingleton<IViewDirectory, ViewRows>();
        services.AddSingleton<ITemplateDirectory, TemplateRows>();
        services.AddSingleton<ITimelineReader, TimelineRows>();
        services.AddSingleton<ProjectRows>();
        services.AddSingleton<IAggregateRows<ProjectSnapshot>>(provider => provider.GetRequiredService<ProjectRows>());
        services.AddSingleton<IProjectDirectory>(provider => provider.GetRequiredService<ProjectRows>());
        services.AddSingleton<IPolicyDirectory, PolicyDirectory>();
        services.AddSingleton<TeamRows>();
        services.AddSingleton<IAggregateRows<TeamSnapshot>>(provider => provider.GetRequiredService<TeamRows>());
        services.AddSingleton<ITeamDirectory>(provider => provider.GetRequiredService<TeamRows>());
        services.AddSingleton<IAggregateRows<OrgSnapshot>, OrgRows>();
        services.AddSingleton<IAggregateRows<UserSnapshot>, UserRows>();
        services.AddSingleton<IAggregateRows<KeySnapshot>, KeyRows>();
        services.AddSingleton<IOrgDirectory, OrgDirectory>();
        services.AddSingleton<ITokenDirectory, TokenDirectory>();
        services.AddSingleton<ISessionStore, SessionRows>();
        return services;
    }
}
