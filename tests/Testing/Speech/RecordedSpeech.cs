using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Switchboard.Testing.Speech;

/// <summary>
/// Speech from Debian's packages, as samples at 16 kHz: pocketsphinx-testdata, asterisk-core-sounds-en-g722 and flite. (espeak-ng's voices
/// are outside of what the recogniser was trained on, and prove nothing.)
/// </summary>
public static partial class RecordedSpeech
{
    private const string TestData = "/usr/share/pocketsphinx/test/data";
    private const string Prompts = "/usr/share/asterisk/sounds/en_US_f_Allison";
    private const string PromptTexts = "/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz";

    /// <summary>What is missing for tests with speech, or null.</summary>
    public static string? Missing =>
        !Directory.Exists(TestData) ? "pocketsphinx-testdata is not installed"
        : !Directory.Exists(Prompts) ? "asterisk-core-sounds-en-g722 is not installed"
        : !File.Exists("/usr/bin/flite") ? "flite is not installed"
        : !File.Exists("/usr/bin/ffmpeg") ? "ffmpeg is not installed"
        : null;

    /// <summary>Somebody reading a novel, and what is read.</summary>
    public static IReadOnlyDictionary<string, string> Novel { get; } = new Dictionary<string, string>
    {
        ["0870"] = "and mister john dashwood had then leisure to consider how much there might be prudently in his power to do for them",
        ["0880"] = "he was not an ill disposed young man",
        ["0890"] = "unless to be rather cold hearted and rather selfish is to be ill disposed",
        ["0920"] = "had he married a more a amiable woman he might have been made still more respectable than he was",
        ["0930"] = "he might even have been made amiable himself",
    };

    /// <summary>A part of <see cref="Novel"/>.</summary>
    public static short[] Librivox(string number) => Samples(File.ReadAllBytes(LibrivoxFile(number)).AsSpan(44));

    /// <summary>The same as a WAV file.</summary>
    public static string LibrivoxFile(string number) => $"{TestData}/librivox/sense_and_sensibility_01_austen_64kb-{number}.wav";

    /// <summary>"go forward ten meters".</summary>
    public static short[] GoForward() => Samples(File.ReadAllBytes($"{TestData}/goforward.raw"));

    /// <summary>A studio recording of a telephone system's prompt.</summary>
    public static short[] Prompt(string name) =>
        Samples(Run("/usr/bin/ffmpeg", "-v", "error", "-f", "g722", "-i", $"{Prompts}/{name}.g722", "-ar", "16000", "-ac", "1", "-f", "s16le", "pipe:1"));

    /// <summary>The prompts of at least so many words, with what is said.</summary>
    public static IReadOnlyList<(string Name, string Text)> PromptsOf(int words)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(PromptTexts), CompressionMode.Decompress));
        var result = new List<(string, string)>();
        while (reader.ReadLine() is { } line)
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon <= 0 || line[0] == ';' || line.Contains('[', StringComparison.Ordinal) || line.AsSpan().ContainsAnyInRange('0', '9'))
            {
                continue;
            }

            // What stands in brackets is not said, and an address is not written as it is said.
            var (name, text) = (line[..colon], Aside().Replace(line[(colon + 2)..], ""));
            if (text.Contains("www.", StringComparison.Ordinal))
            {
                continue;
            }

            if (WordErrors.Words(text).Length >= words && File.Exists($"{Prompts}/{name}.g722"))
            {
                result.Add((name, text));
            }
        }

        return result;
    }

    /// <summary>A sentence by one of flite's voices (slt, rms, awb).</summary>
    public static short[] Flite(string voice, string sentence)
    {
        var file = Path.Combine(Path.GetTempPath(), $"switchboard-{Guid.NewGuid():N}.wav");
        try
        {
            Run("/usr/bin/flite", "-voice", voice, "-t", sentence, "-o", file);
            return Samples(File.ReadAllBytes(file).AsSpan(44));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>No sound.</summary>
    public static short[] Silence(double seconds) => new short[(int)(seconds * 16_000)];

    /// <summary>linear16 as samples; an odd last byte is dropped.</summary>
    public static short[] Samples(ReadOnlySpan<byte> linear16) => MemoryMarshal.Cast<byte, short>(linear16[..(linear16.Length & ~1)]).ToArray();

    /// <summary>Samples as linear16.</summary>
    public static byte[] Bytes(ReadOnlySpan<short> samples) => MemoryMarshal.AsBytes(samples).ToArray();

    [GeneratedRegex(@"\([^)]*\)")]
    private static partial Regex Aside();

    private static byte[] Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return process.ExitCode == 0 ? output.ToArray() : throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
    }
}
