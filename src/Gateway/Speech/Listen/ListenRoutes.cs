using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Speech.Callbacks;
using Switchboard.Gateway.Speech.Callbacks.Live;
using Switchboard.Gateway.Speech.Calls;
using Switchboard.Gateway.Speech.Files;
using Switchboard.Gateway.Speech.Listen.Journal;
using Switchboard.Gateway.Speech.Wire;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Listen;

/// <summary>The paths of the speech wire: Deepgram's, and what Aldea calls the same.</summary>
public static class ListenRoutes
{
    /// <summary>Deepgram's path.</summary>
    internal const string Main = "/v1/listen";

    /// <summary>Live audio without a header only.</summary>
    internal const string Pcm = "/v1/listen/pcm";

    private static readonly string[] Paths = [Main, Pcm, "/listen", "/listen/v1"];
    private static readonly string[] FilePaths = [Main, "/listen", "/listen/v1", "/transcribe", "/asr/transcribe"];

    /// <summary>
    /// Adds what <see cref="MapSpeech"/> needs. The pools, the keys, the slots and the usage ledger are registered elsewhere.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">Section <see cref="ListenOptions.Section"/> is read; it is validated when the host starts.</param>
    public static IServiceCollection AddSpeech(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ListenOptions>()
            .Configure(options => options.JournalFolder = ListenOptions.DefaultJournalFolder(configuration))
            .Bind(configuration.GetSection(ListenOptions.Section))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ListenOptions>, ListenOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ListenInstruments>();
        services.AddSingleton<SessionJournal>();
        services.AddHostedService<JournalRecovery>();
        services.AddSingleton<LiveParts>();
        services.AddSingleton<LiveSessions>();
        services.AddHostedService(static provider => provider.GetRequiredService<LiveSessions>());
        services.AddSingleton<CallBindings>();
        services.AddSingleton<LiveEndpoint>();
        services.AddOptions<SpeechFileOptions>().Bind(configuration.GetSection(SpeechFileOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SpeechFileOptions>, SpeechFileOptionsValidator>();
        services.AddSingleton<MediaFetcher>();
        services.AddSingleton<FileCalls>();
        services.AddSingleton<FileWork>();
        services.AddOptions<CallbackOptions>().Bind(configuration.GetSection(CallbackOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CallbackOptions>, CallbackOptionsValidator>());
        services.TryAddSingleton<CallbackParts>();
        services.AddSingleton<CallbackInstruments>();
        services.AddSingleton<CallbackDelivery>();
        services.AddSingleton<LiveCallbacks>();
        services.AddSingleton<CallbackAttempt>();
        services.AddSingleton<CallbackRunner>();
        services.AddHostedService<CallbackLoop>();
        services.AddHostedService<CallbackSweep>();
        services.AddSingleton<CallbackDesk>();
        services.AddSingleton<FileEndpoint>();
        return services;
    }

    /// <summary>Maps the speech wire, where its engines are registered.</summary>
    public static IEndpointRouteBuilder MapSpeech(this IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetService<ISpeechEnginePools>() is null)
        {
            return routes;
        }

        var live = routes.ServiceProvider.GetRequiredService<LiveEndpoint>();
        var files = routes.ServiceProvider.GetRequiredService<FileEndpoint>();
        foreach (var path in FilePaths)
        {
            routes.MapMethods(path, [HttpMethods.Post], files.InvokeAsync);
        }

        foreach (var path in Paths)
        {
            routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Connect], http => live.InvokeAsync(http, path));
            routes.MapMethods(path, [HttpMethods.Options], PreflightAsync);
        }

        // Deepgram's turn-based protocol is another one.
        routes.Map("/v2/listen", static http =>
            SpeechErrors.WriteAsync(http, new SpeechError(404, "Not Found", "There is no /v2/listen here; use /v1/listen."), SpeechErrors.Begin(http)));
        return routes;
    }

    private static Task PreflightAsync(HttpContext http)
    {
        ListenRequest.AllowOrigin(http);
        var headers = http.Response.Headers;
        headers.AccessControlAllowMethods = "GET, POST, OPTIONS";
        headers.AccessControlAllowHeaders = (string?)http.Request.Headers.AccessControlRequestHeaders ?? "authorization, content-type";
        headers.AccessControlMaxAge = "600";
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
