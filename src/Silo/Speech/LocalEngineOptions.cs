using Microsoft.Extensions.Options;

namespace Switchboard.Silo.Speech;

/// <summary>The speech engine that this process starts for itself when no pool is configured; section <c>Speech:LocalEngine</c>.</summary>
internal sealed class LocalEngineOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Speech:LocalEngine";

    /// <summary>The engine's assembly (<c>Switchboard.SpeechEngine.dll</c>); empty starts none.</summary>
    public string Assembly { get; set; } = "";

    /// <summary>The port on the loopback address; 0 takes a free one.</summary>
    public int Port { get; set; }

    /// <summary>Streams and files that it is given at the same time.</summary>
    public int Capacity { get; set; } = 8 * Environment.ProcessorCount;

    /// <summary>The pause before it is started again after it ended by itself; doubled while it keeps ending at once, up to a minute.</summary>
    public TimeSpan RestartPause { get; set; } = TimeSpan.FromMilliseconds(500);
}

/// <summary>Checks <see cref="LocalEngineOptions"/> at start.</summary>
internal sealed class LocalEngineOptionsValidator : IValidateOptions<LocalEngineOptions>
{
    public ValidateOptionsResult Validate(string? name, LocalEngineOptions options)
    {
        List<string> wrong = [];
        if (options.Assembly.Length > 0 && !File.Exists(options.Assembly))
        {
            wrong.Add($"Speech:LocalEngine:Assembly is '{options.Assembly}', which does not exist; build src/SpeechEngine, or set it to nothing.");
        }

        if (options.Port is < 0 or > 65535)
        {
            wrong.Add($"Speech:LocalEngine:Port is {options.Port}; set it to a port from 1 to 65535, or to 0 for any free one.");
        }

        if (options.Capacity is < 1 or > 10_000)
        {
            wrong.Add($"Speech:LocalEngine:Capacity is {options.Capacity}; set it to 1 to 10000.");
        }

        if (options.RestartPause < TimeSpan.FromMilliseconds(10) || options.RestartPause > TimeSpan.FromMinutes(1))
        {
            wrong.Add($"Speech:LocalEngine:RestartPause is {options.RestartPause}; set it to 00:00:00.010 to 00:01:00.");
        }

        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
