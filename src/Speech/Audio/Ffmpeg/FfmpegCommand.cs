using System.Diagnostics;
using System.Globalization;

namespace Switchboard.Speech.Audio.Ffmpeg;

/// <summary>How much a child is fenced in. What a container runtime does not permit is left out, the rest stays.</summary>
internal enum Fence
{
    /// <summary>Limits, no network, nobody's rights. Needs root.</summary>
    Full,

    /// <summary>Limits and nobody's rights. Needs root.</summary>
    Nobody,

    /// <summary>Limits.</summary>
    Limits,
}

/// <summary>The command line of a child: only the demuxer of the container that was recognised, only pipes (or one file).</summary>
internal static class FfmpegCommand
{
    private const string Nobody = "65534";

    public static ProcessStartInfo Build(FfmpegOptions options, Fence fence, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/prlimit")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        Add("--as=" + options.AddressSpaceBytes.ToString(CultureInfo.InvariantCulture));
        Add("--cpu=" + options.CpuSeconds.ToString(CultureInfo.InvariantCulture));
        Add("--nofile=64", "--fsize=0", "--core=0", "--");
        if (fence == Fence.Full)
        {
            Add("unshare", "-n", "--");
        }

        if (fence != Fence.Limits)
        {
            Add("setpriv", "--no-new-privs", "--reuid=" + Nobody, "--regid=" + Nobody, "--clear-groups", "--");
        }

        Add(options.Path);
        foreach (var argument in arguments)
        {
            Add(argument);
        }

        return start;

        void Add(params ReadOnlySpan<string> more)
        {
            foreach (var argument in more)
            {
                start.ArgumentList.Add(argument);
            }
        }
    }

    /// <summary>Decodes the first audio track to 16 kHz WAV on the standard output; WAV, because its header says how many channels there are.</summary>
    public static IEnumerable<string> Decode(AudioContainer container, bool multichannel, string? file)
    {
        string[] mix = multichannel ? [] : ["-ac", "1"];
        return
        [
            "-nostdin", "-hide_banner", "-v", "error", "-threads", "1",
            "-protocol_whitelist", file is null ? "pipe" : "file,pipe",
            "-format_whitelist", Demuxers(container),
            "-probesize", "65536", "-analyzeduration", "0",
            "-i", file ?? "pipe:0",
            "-vn", "-sn", "-dn", "-map", "0:a:0", .. mix, "-ar", "16000", "-c:a", "pcm_s16le",
            "-fflags", "+bitexact", "-flush_packets", "1", "-f", "wav", "pipe:1",
        ];
    }

    private static string Demuxers(AudioContainer container) => container switch
    {
        AudioContainer.Wav => "wav,w64",
        AudioContainer.Ogg => "ogg",
        AudioContainer.WebM => "matroska,webm",
        AudioContainer.Flac => "flac",
        AudioContainer.Mp3 => "mp3",
        AudioContainer.Adts => "aac",
        AudioContainer.Mp4 => "mov,mp4,m4a",
        AudioContainer.Amr => "amr",
        AudioContainer.Aiff => "aiff",
        AudioContainer.Au => "au",
        AudioContainer.Caf => "caf",
        _ => throw new ArgumentOutOfRangeException(nameof(container), container, "no demuxer is known for this container"),
    };
}
