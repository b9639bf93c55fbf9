using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Switchboard.Storage.PrivateServer;
using Switchboard.Storage.Schema;
using Switchboard.Streams.Kafka;

namespace Switchboard.Silo.Hosting;

/// <summary>The life of the process: claim the data folder, start the database, start the host, wait, and all of it backwards.</summary>
internal static class SiloProcess
{
    /// <summary>Runs until it is told to stop; 0 when that went well, 1 when the start failed.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        using var interrupted = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Interrupt(signal, interrupted));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Interrupt(signal, interrupted));
        try
        {
            await RunAsync(args, interrupted.Token);
            return 0;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception error) when (Explain(error) is { } explanation)
        {
            await Console.Error.WriteLineAsync($"Switchboard cannot start: {explanation}");
            return 1;
        }
    }

    private static async Task RunAsync(string[] args, CancellationToken interrupted)
    {
        var settings = new ConfigurationManager();
        HostConfiguration.Use(settings, args);
        using var data = settings["Data:Directory"] is { Length: > 0 } folder ? DataFolder.Claim(folder) : null;
        using var loggers = LoggerFactory.Create(logging => Telemetry.ConsoleLog.Use(logging, settings));
        var database = await DatabaseChoice.ResolveAsync(settings, data, loggers, interrupted);
        try
        {
            await using var app = SiloApplication.Build(args, database);
            await app.StartAsync(interrupted);
            await ReadyLine.AnnounceAsync(app, data, interrupted);
            await app.WaitForShutdownAsync(CancellationToken.None);
        }
        finally
        {
            await (database.Private?.StopAsync() ?? Task.CompletedTask);
        }
    }

    private static void Interrupt(PosixSignalContext signal, CancellationTokenSource interrupted)
    {
        signal.Cancel = true;
        interrupted.Cancel();
    }

    // What the person who starts the process can do something about; anything else is a defect and shows its stack.
    private static string? Explain(Exception error) => error switch
    {
        StartupFailedException or PrivatePostgresException or MigrationException or KafkaUnavailableException => error.Message,
        OptionsValidationException options => string.Join(Environment.NewLine, options.Failures),
        IOException { InnerException: AddressInUseException } => $"{error.Message} Choose another port with Http:Port or, for gRPC, Grpc:Port (./dev up --http PORT --grpc PORT).",
        _ => null,
    };
}
