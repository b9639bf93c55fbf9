using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Switchboard.Speech.Recognition.Sphinx;

namespace Switchboard.SpeechEngine.Hosting;

/// <summary>The life of the process.</summary>
internal static class SpeechEngineProcess
{
    /// <summary>Runs until it is told to stop; 0 when that went well, 1 when the start failed.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            await using var app = SpeechEngineApplication.Build(args);
            await app.StartAsync();
            Console.WriteLine($"speech engine is ready: {app.Urls.First()}");
            if (app.Services.GetRequiredService<IOptions<SpeechEngineOptions>>().Value.EndsWithInput)
            {
                _ = EndWithInputAsync(app.Lifetime);
            }

            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception error) when (Explain(error) is { } explanation)
        {
            await Console.Error.WriteLineAsync($"The speech engine cannot start: {explanation}");
            return 1;
        }
    }

    private static async Task EndWithInputAsync(IHostApplicationLifetime lifetime)
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[256];
        while (await input.ReadAsync(buffer, lifetime.ApplicationStopping) > 0)
        {
        }

        lifetime.StopApplication();
    }

    // What the person who starts the process can do something about; anything else is a defect and shows its stack.
    private static string? Explain(Exception error) => error switch
    {
        SphinxException => error.Message,
        OptionsValidationException options => string.Join(Environment.NewLine, options.Failures),
        FileNotFoundException or FormatException or InvalidDataException => error.Message,
        IOException { InnerException: AddressInUseException } => $"{error.Message} Choose another port with Engine:Port.",
        _ => null,
    };
}
