using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Audit;
using Switchboard.Gateway.CaseApi;
using Switchboard.Gateway.Cases;
using Switchboard.Gateway.CaseStreams;
using Switchboard.Gateway.ChatApi;
using Switchboard.Gateway.Exports;
using Switchboard.Gateway.Findings;
using Switchboard.Gateway.Grpc.Hosting;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Idempotency;
using Switchboard.Gateway.Imports;
using Switchboard.Gateway.Intake;
using Switchboard.Gateway.IntakeApi;
using Switchboard.Gateway.Limits;
using Switchboard.Gateway.Orgs;
using Switchboard.Gateway.Projects;
using Switchboard.Gateway.Speech.Access;
using Switchboard.Gateway.Speech.Billing;
using Switchboard.Gateway.Speech.Management;
using Switchboard.Gateway.Teams;
using Switchboard.Gateway.Templates;
using Switchboard.Gateway.Views;
using Switchboard.Gateway.Webhooks;
using Switchboard.Grains.Access;
using Switchboard.Grains.CaseStreams;
using Switchboard.Grains.Speech.Access;

namespace Switchboard.Gateway;

/// <summary>Registers the REST gateway.</summary>
public static class GatewayServiceCollectionExtensions
{
    /// <summary>
    /// Adds what <see cref="GatewayEndpointRouteBuilderExtensions.MapSwitchboardGateway"/> needs. The grain factory and the domain's ports
    /// (search, directories, timelines) are registered elsewhere.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">Section <see cref="GatewayOptions.Section"/> is read; it is validated when the host starts.</param>
    public static IServiceCollection AddSwitchboardGateway(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<GatewayOptions>().Bind(configuration.GetSection(GatewayOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddRouting();
        services.AddMetrics();

        services.AddSingleton<GatewayInstruments>();
        services.AddSingleton<RequestLimiter>();
        services.AddSingleton<People>();
        services.AddSingleton<Authenticator>();
        services.AddSingleton<InFlightRequests>();
        services.AddSingleton<GatewayFrame>();
        services.AddSingleton<CaseLookup>();
        services.TryAddSingleton<ProjectAccess>();
        services.AddSingleton<ProjectGate>();

        services.AddSingleton<SearchPages>();
        services.AddSingleton<IApiOperations, SearchOperations>();
        services.AddSingleton<IApiOperations, ViewOperations>();
        services.AddSingleton<IApiOperations, TemplateOperations>();
        services.AddSingleton<IApiOperations, CaseOperations>();
        services.AddSingleton<IApiOperations, TimelineOperations>();
        services.AddSingleton<IApiOperations, TaskOperations>();
        services.AddSingleton<IApiOperations, CallOperations>();
        services.AddSingleton<IApiOperations, MergeOperations>();
        services.AddSingleton<IApiOperations, WatcherOperations>();
        services.AddSingleton<IApiOperations, CountOperations>();
        services.AddSingleton<IApiOperations, BulkOperations>();
        services.AddSingleton<IApiOperations, FavoriteOperations>();
        services.AddSingleton<IApiOperations, LinkOperations>();
        services.AddSingleton<IApiOperations, ProjectOperations>();
        services.AddSingleton<PolicyPrincipals>();
        services.AddSingleton<IApiOperations, PolicyOperations>();
        services.AddSingleton<IApiOperations, CaseTypeOperations>();
        services.AddSingleton<IApiOperations, CustomAttributeOperations>();
        services.AddSingleton<IApiOperations, UserOperations>();
        services.AddSingleton<IApiOperations, SessionOperations>();
        services.AddSingleton<IApiOperations, TokenOperations>();
        services.AddSingleton<IApiOperations, RoleOperations>();
        services.AddSingleton<TeamDoor>();
        services.AddSingleton<IApiOperations, TeamOperations>();
        services.AddSingleton<IApiOperations, MembershipOperations>();
        services.AddSingleton<IApiOperations, TeamPageOperations>();
        services.AddSingleton<IApiOperations, AuditOperations>();
        services.AddSingleton<IApiOperations, SuggestionOperations>();
        services.AddSingleton<IApiOperations, HistoryOperations>();
        services.AddSingleton<IApiOperations, AnalyticsOperations>();

        services.AddOptions<ImportOptions>().Bind(configuration.GetSection(ImportOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ImportOptions>, ImportOptionsValidator>();
        services.AddSingleton<IApiOperations, ImportOperations>();
        services.AddSingleton<IApiOperations, ExportOperations>();
        services.AddSingleton<IApiOperations, FindingOperations>();
        services.AddSingleton<IApiOperations, WebhookOperations>();
        services.AddSingleton<IApiOperations, DeliveryOperations>();
        services.AddSingleton<SenderKeys>();
        services.AddSingleton<IntakeInstruments>();
        services.AddOptions<IntakeDoorOptions>().Bind(configuration.GetSection(IntakeDoorOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IntakeDoorOptions>, IntakeDoorOptionsValidator>();
        services.AddSingleton<SentMessages>();
        services.AddSingleton<IntakeDoor>();
        services.AddSingleton<IApiOperations, IntakeOperations>();
        services.AddSingleton<IApiOperations, SenderOperations>();
        services.AddSingleton<IApiOperations, IntegrationOperations>();
        services.AddCaseStreams(configuration);
        services.AddSingleton<SpeechTokens>();
        services.AddSingleton<KeyWatches>();
        services.AddSingleton<ISpeechKeys, SpeechKeys>();
        services.AddOptions<BillingOptions>().Bind(configuration.GetSection(BillingOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<BillingOptions>, BillingOptionsValidator>();
        services.TryAddSingleton<ISpeechModels>(new ConfiguredModels(configuration));
        services.AddSpeechManagement();
        services.AddGrpc(configuration);
        services.AddSingleton<IRpcServices, CaseApiService>();
        services.AddSingleton<IRpcServices, ChatInteractionsService>();
        services.AddSingleton<IRpcServices, CaseIntakeService>();

        services.Configure<KestrelServerOptions>(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestHeaderCount = 64;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        });

        // What was received is handed on where it was received, which is on the thread pool already: nothing here blocks a thread, and a
        // live stream's frame would otherwise wait three times in the pool's queue.
        services.Configure<SocketTransportOptions>(static sockets => sockets.UnsafePreferInlineScheduling = true);
        return services;
    }

    private static void AddCaseStreams(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CaseStreamOptions>().Bind(configuration.GetSection(CaseStreamOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CaseStreamOptions>, CaseStreamOptionsValidator>();
        services.TryAddSingleton<CaseEventSignal>();
        services.AddSingleton<CaseStreamInstruments>();
        services.AddSingleton<StreamNames>();
        services.AddSingleton<CaseTail>();
        services.AddHostedService(static provider => provider.GetRequiredService<CaseTail>());
        services.AddSingleton<CaseStreamOperations>();
        services.AddSingleton<IApiOperations>(static provider => provider.GetRequiredService<CaseStreamOperations>());
    }
}
