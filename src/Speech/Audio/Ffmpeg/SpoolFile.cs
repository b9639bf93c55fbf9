using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Speech.Audio.Ffmpeg;

/// <summary>An upload put aside until it is whole; deleted when it is disposed. Its folder cannot be listed by others, its name not guessed.</summary>
internal sealed class SpoolFile : IDisposable
{
    private readonly long _maximum;
    private readonly FileStream _stream;

    public SpoolFile(FfmpegOptions options)
    {
        _maximum = options.MaximumSpoolBytes;
        var folder = System.IO.Path.Combine(
            options.SpoolFolder.Length > 0 ? options.SpoolFolder : System.IO.Path.GetTempPath(), $"switchboard-speech-{Environment.UserName}");
        Directory.CreateDirectory(folder);
        Permit(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Path = System.IO.Path.Combine(folder, $"{Guid.NewGuid():N}.upload");

        // The child has nobody's rights: it may read, and only what it was told the name of.
        _stream = new FileStream(Path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
        });
        Permit(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    public string Path { get; }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        _stream.Position + bytes.Length > _maximum
            ? throw new AudioRejectedException(SpeechError.TooLarge($"{_maximum} bytes"))
            : _stream.WriteAsync(bytes, cancellation);

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        await _stream.FlushAsync(cancellation);
        await _stream.DisposeAsync();
    }

    public void Dispose()
    {
        _stream.Dispose();
        File.Delete(Path);
    }

    // Whatever the process's mask is.
    private static void Permit(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }
}
