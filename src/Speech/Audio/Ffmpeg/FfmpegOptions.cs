namespace Switchboard.Speech.Audio.Ffmpeg;

/// <summary>How containers are decoded: by ffmpeg, as a child process that can reach nothing (configuration section <c>Ffmpeg</c>).</summary>
public sealed class FfmpegOptions
{
    /// <summary>The program's path; empty switches it off, and then only WAV and raw samples are read.</summary>
    public string Path { get; set; } = "/usr/bin/ffmpeg";

    /// <summary>Bytes of address space of a child.</summary>
    public long AddressSpaceBytes { get; set; } = 1L << 30;

    /// <summary>Seconds of CPU of a child; 25 seconds of MP3 take 0.07.</summary>
    public int CpuSeconds { get; set; } = 600;

    /// <summary>How long a child may take for the rest of its output once its input has ended, before it is killed.</summary>
    public TimeSpan FinishWithin { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Seconds of audio a child may put out: a small file can hold a day of silence.</summary>
    public int MaximumSeconds { get; set; } = 6 * 3600;

    /// <summary>Bytes of an upload that may be put aside in a file, for containers that cannot be read front to back.</summary>
    public long MaximumSpoolBytes { get; set; } = 2L << 30;

    /// <summary>Where such files lie; empty is the system's folder for temporary files.</summary>
    public string SpoolFolder { get; set; } = "";
}
