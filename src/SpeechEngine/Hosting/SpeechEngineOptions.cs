using System.Net;
using Microsoft.Extensions.Options;

namespace Switchboard.SpeechEngine.Hosting;

/// <summary>How the node listens and how much it takes (configuration section <c>Engine</c>).</summary>
internal sealed class SpeechEngineOptions
{
    public const string Section = "Engine";

    /// <summary>Address that is listened on. Anything but the machine itself needs <see cref="Secret"/>.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Port; 0 takes any free one and says which.</summary>
    public int Port { get; set; } = 8800;

    /// <summary>What the header <c>x-switchboard-engine-key</c> has to hold; empty lets everybody in who reaches the address.</summary>
    public string Secret { get; set; } = "";

    /// <summary>Live sessions at a time; 0: eight for each core. More are refused with 503.</summary>
    public int MaximumSessions { get; set; }

    /// <summary>Files at a time; 0: two for each core. More are refused with 503.</summary>
    public int MaximumFiles { get; set; }

    /// <summary>Bytes of a file.</summary>
    public long MaximumUploadBytes { get; set; } = 2L << 30;

    /// <summary>How long a file may take.</summary>
    public TimeSpan FileWithin { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Bytes of a frame.</summary>
    public int MaximumFrameBytes { get; set; } = 1 << 20;

    /// <summary>How long a live session may say nothing.</summary>
    public TimeSpan IdleAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a live session may send keep-alives and no audio.</summary>
    public TimeSpan AudioWithin { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a live session may last.</summary>
    public TimeSpan LongestSession { get; set; } = TimeSpan.FromHours(12);

    /// <summary>How long one message to a client may take that does not read.</summary>
    public TimeSpan SendWithin { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the node, told to stop, may take to answer what it has heard.</summary>
    public TimeSpan DrainWithin { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether bytes of no known container, for which no encoding was named, are taken for linear16 at 16 kHz.</summary>
    public bool AssumeLinear16 { get; set; }

    /// <summary>Whether the process ends when its standard input does: so that it does not outlive the process that started it.</summary>
    public bool EndsWithInput { get; set; }

    public int MaximumSessionsOrDefault => MaximumSessions > 0 ? MaximumSessions : 8 * Environment.ProcessorCount;

    public int MaximumFilesOrDefault => MaximumFiles > 0 ? MaximumFiles : 2 * Environment.ProcessorCount;
}

internal sealed class SpeechEngineOptionsValidator : IValidateOptions<SpeechEngineOptions>
{
    private const int ShortestSecret = 16;

    public ValidateOptionsResult Validate(string? name, SpeechEngineOptions options)
    {
        List<string> problems = [];
        if (!IPAddress.TryParse(options.Address, out var address))
        {
            problems.Add($"Engine:Address is '{options.Address}'; set it to an IP address.");
        }
        else if (!IPAddress.IsLoopback(address) && options.Secret.Length == 0)
        {
            problems.Add($"Engine:Address is {address}, which others can reach; set Engine:Secret, and the same secret in the pool that uses this node.");
        }

        if (options.Secret.Length is > 0 and < ShortestSecret)
        {
            problems.Add($"Engine:Secret has {options.Secret.Length} characters; set it to {ShortestSecret} or more.");
        }

        Range("Port", options.Port, 0, 65_535);
        Range("MaximumSessions", options.MaximumSessions, 0, 10_000);
        Range("MaximumFiles", options.MaximumFiles, 0, 1_000);
        Range("MaximumFrameBytes", options.MaximumFrameBytes, 1_024, 64 << 20);
        Range("MaximumUploadBytes", options.MaximumUploadBytes, 1_024, 1L << 40);
        Positive("FileWithin", options.FileWithin);
        Positive("IdleAfter", options.IdleAfter);
        Positive("AudioWithin", options.AudioWithin);
        Positive("LongestSession", options.LongestSession);
        Positive("SendWithin", options.SendWithin);
        Positive("DrainWithin", options.DrainWithin);
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Range(string key, long value, long least, long most)
        {
            if (value < least || value > most)
            {
                problems.Add($"Engine:{key} is {value}; set it from {least} to {most}.");
            }
        }

        void Positive(string key, TimeSpan value)
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(7))
            {
                problems.Add($"Engine:{key} is {value}; set it to more than nothing and at most 7 days.");
            }
        }
    }
}
