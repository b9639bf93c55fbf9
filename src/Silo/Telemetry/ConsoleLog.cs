using Microsoft.Extensions.Logging.Console;

namespace Switchboard.Silo.Telemetry;

/// <summary>Logs go to standard output: lines for people, or one JSON object a line (<c>Logging:Format=json</c>) for machines.</summary>
internal static class ConsoleLog
{
    /// <summary>Sets up the console; levels come from <c>Logging:LogLevel</c>.</summary>
    public static void Use(ILoggingBuilder logging, IConfiguration configuration)
    {
        var format = configuration["Logging:Format"] ?? "text";
        logging.ClearProviders();
        logging.AddConfiguration(configuration.GetSection("Logging"));
        _ = format switch
        {
            "text" => logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                console.ColorBehavior = LoggerColorBehavior.Disabled;
            }),
            "json" => logging.AddJsonConsole(console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.ffffffZ";
                console.IncludeScopes = true;
            }),
            _ => throw new Hosting.StartupFailedException($"Logging:Format is '{format}'; set it to text or json."),
        };

        // Trace and span ids on every line, so that a log line leads to its trace.
        logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
    }
}
