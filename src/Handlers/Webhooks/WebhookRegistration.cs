using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Webhooks;

namespace Switchboard.Handlers.Webhooks;

/// <summary>Adds the flavor.</summary>
internal static class WebhookRegistration
{
    /// <summary>Webhooks can be managed in every process; those that serve the flavor also send.</summary>
    public static void AddWebhook(this HandlerCatalog catalog, IConfiguration configuration)
    {
        catalog.Add<WebhookHandler>(WebhookHandler.Definition);
        var services = catalog.Services;
        services.AddOptions<WebhookOptions>().Bind(configuration.GetSection(WebhookOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebhookOptions>, WebhookOptionsValidator>();
        services.AddSingleton(provider => SecretKeys.BoxOf(
            provider.GetRequiredService<IOptions<WebhookOptions>>().Value, configuration["Data:Directory"]));
        services.AddSingleton<IWebhooks, WebhookStore>();
        if (catalog.Serves(WebhookHandler.Definition))
        {
            services.AddSingleton<DeliveryQueue>();
            services.AddSingleton<WebhookHttp>();
            services.AddSingleton<WebhookInstruments>();
            services.AddHostedService<WebhookSender>();
            services.AddHostedService<WebhookSweep>();
        }
    }
}
