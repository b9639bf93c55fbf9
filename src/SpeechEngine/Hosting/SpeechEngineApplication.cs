using System.Net;
using Microsoft.Extensions.Options;
using Switchboard.Silo.Metrics;
using Switchboard.Speech.Audio.Ffmpeg;
using Switchboard.Speech.Recognition;
using Switchboard.SpeechEngine.Listen;

namespace Switchboard.SpeechEngine.Hosting;

/// <summary>Puts the node together.</summary>
internal static class SpeechEngineApplication
{
    /// <summary>Beginning of the names of environment variables: <c>SPEECHENGINE__ENGINE__PORT</c> is <c>Engine:Port</c>.</summary>
    public const string EnvironmentPrefix = "SPEECHENGINE__";

    private static readonly Dictionary<string, string?> _defaults = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:System"] = "Warning",
    };

    public static WebApplication Build(string[] args, TimeProvider? time = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        Configure(builder.Configuration, args);
        Log(builder.Logging, builder.Configuration);
        Add(builder.Services);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.WebHost.ConfigureKestrel((_, kestrel) =>
        {
            var options = kestrel.ApplicationServices.GetRequiredService<IOptions<SpeechEngineOptions>>().Value;
            kestrel.Listen(IPAddress.Parse(options.Address), options.Port);
            kestrel.AddServerHeader = false;

            // Counted where the file is read: Kestrel would reset the connection of a client that still sends, which then sees no 413.
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var app = builder.Build();
        app.MapPrometheusMetrics();
        app.UseWebSockets();
        app.MapListen();
        return app;
    }

    private static void Configure(ConfigurationManager configuration, string[] args)
    {
        configuration.Sources.Clear();
        configuration.AddInMemoryCollection(_defaults);
        if (new ConfigurationBuilder().AddCommandLine(args).Build()["config"] is { Length: > 0 } file)
        {
            configuration.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: false);
        }

        configuration.AddEnvironmentVariables(EnvironmentPrefix);
        configuration.AddCommandLine(args);
    }

    private static void Log(ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.ClearProviders();
        logging.AddConfiguration(configuration.GetSection("Logging"));
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
        });
    }

    private static void Add(IServiceCollection services)
    {
        services.AddOptions<SpeechEngineOptions>().BindConfiguration(SpeechEngineOptions.Section).ValidateOnStart();
        services.AddOptions<RecognitionOptions>().BindConfiguration("Recognition").ValidateOnStart();
        services.AddOptions<FfmpegOptions>().BindConfiguration("Ffmpeg").ValidateOnStart();
        services.AddSingleton<IValidateOptions<SpeechEngineOptions>, SpeechEngineOptionsValidator>();
        services.AddSingleton<IValidateOptions<RecognitionOptions>, RecognitionOptionsValidator>();
        services.AddSingleton<IValidateOptions<FfmpegOptions>, FfmpegOptionsValidator>();
        services.AddOptions<HostOptions>().Configure<IOptions<SpeechEngineOptions>>((host, engine) => host.ShutdownTimeout = engine.Value.DrainWithin);
        services.AddPrometheusMetrics(typeof(SpeechEngineApplication).Assembly.GetName().Version!.ToString(3), EngineModel.Info.Arch);
        services.AddSingleton(provider => new Recognizer(
            provider.GetRequiredService<IOptions<RecognitionOptions>>().Value, provider.GetRequiredService<ILogger<DecoderPool>>()));
        services.AddSingleton<Admission>();
        services.AddSingleton<EngineInstruments>();
        services.AddSingleton<Decoding>();
        services.AddHostedService(provider => provider.GetRequiredService<Decoding>());
        services.AddSingleton<ListenService>();
    }
}
