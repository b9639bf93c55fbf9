using System.IO.MemoryMappedFiles;
using Microsoft.Extensions.Options;
using Switchboard.Speech;

namespace Switchboard.Gateway.Speech.Listen.Journal;

/// <summary>
/// What each live session of this process has accepted, in a file that is mapped into memory: writing costs what writing to memory costs,
/// and what was written is there after the process was killed at any instruction. Whoever finds the file meters what is in it. Each process
/// has a file of its own, which it locks as long as it lives; one that is not locked was left behind. Safe for many threads.
/// </summary>
internal sealed class SessionJournal : IDisposable
{
    /// <summary>What files are called.</summary>
    public const string Pattern = "live-*.journal";

    // Each holds a session; above that, sessions are metered by their reports alone.
    private const int MostSessions = 16 * 1024;
    private const int MostNames = 5;

    private readonly Lock _gate = new();
    private readonly Stack<int> _free = new();
    private readonly List<int> _left = [];
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private int _used;
    private bool _isDisposed;

    public SessionJournal(IOptions<ListenOptions> options)
    {
        Folder = options.Value.JournalFolder;
        if (Folder.Length == 0)
        {
            return;
        }

        Folder = System.IO.Path.GetFullPath(Folder);
        try
        {
            MakeFolder();
            var stream = Create();
            Path = stream.Name;
            JournalFile.Lay(stream, MostSessions);
            _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
            _view = _file.CreateViewAccessor();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OptionsValidationException(ListenOptions.Section, typeof(ListenOptions), [
                $"{ListenOptions.Section}:JournalFolder is '{Folder}', which cannot be written: {error.Message} Set it to a folder of this machine "
                + "that belongs to this process's user, or to an empty text for none."]);
        }
    }

    /// <summary>The folder, or empty for none.</summary>
    public string Folder { get; }

    /// <summary>This process's own file, or null.</summary>
    public string? Path { get; }

    /// <summary>A place for a session; null without a folder, and when there are too many sessions.</summary>
    public JournalEntry? Open(SessionSnapshot session, AudioClock clock)
    {
        lock (_gate)
        {
            if (_view is null || _isDisposed || (_free.Count == 0 && _used == MostSessions))
            {
                return null;
            }

            var number = _free.Count > 0 ? _free.Pop() : _used++;
            JournalSlot.Begin(_view, JournalFile.At(number), session, clock);
            return new JournalEntry(this, _view, number);
        }
    }

    /// <summary>A session is over. Its place is free once its row says all of it.</summary>
    /// <param name="number">Its place.</param>
    /// <param name="isTold">Whether the row does.</param>
    public void Close(int number, bool isTold)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            if (isTold)
            {
                JournalSlot.End(_view!, JournalFile.At(number));
                _free.Push(number);
            }
            else
            {
                _left.Add(number);
            }
        }
    }

    /// <summary>Sessions that are over and whose rows could not be written.</summary>
    public IReadOnlyList<(int Number, JournalSlot Slot)> Left()
    {
        lock (_gate)
        {
            return _isDisposed ? [] : [.. _left.Select(number => (number, Read(number) ?? default)).Where(static one => one.Item2 != default)];
        }
    }

    /// <summary>What was left has been settled.</summary>
    public void Settled(int number)
    {
        lock (_gate)
        {
            if (_left.Remove(number))
            {
                Close(number, isTold: true);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _view?.Dispose();

            // While it is still locked: nobody else can have begun with it.
            if (Path is not null && _free.Count == _used)
            {
                File.Delete(Path);
            }

            _file?.Dispose();
        }
    }

    // What is in it says who owes how much: nobody else may write it.
    private void MakeFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Folder);
        }
        else
        {
            Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    // Between its making and its lock, somebody who looks for what was left behind may take it for that.
    private FileStream Create()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
                if (!OperatingSystem.IsWindows())
                {
                    options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                }

                return new FileStream(
                    System.IO.Path.Combine(Folder, Pattern.Replace("*", Guid.NewGuid().ToString("N"), StringComparison.Ordinal)), options);
            }
            catch (IOException) when (tries < MostNames)
            {
                // Another name is tried.
            }
        }
    }

    private JournalSlot? Read(int number)
    {
        var bytes = new byte[JournalSlot.Size];
        _view!.ReadArray(JournalFile.At(number), bytes, 0, bytes.Length);
        return JournalSlot.Read(bytes);
    }
}

/// <summary>A session's place in the journal. One writer; nothing is written after the end.</summary>
internal sealed class JournalEntry(SessionJournal journal, MemoryMappedViewAccessor view, int number)
{
    private readonly long _at = JournalFile.At(number);

    /// <summary>Notes how many bytes were accepted, counted from the session's beginning.</summary>
    public void Accept(long bytes) => JournalSlot.Accept(view, _at, bytes);

    /// <summary>Notes how many milliseconds were accepted, of audio whose bytes do not tell.</summary>
    public void Hear(long milliseconds) => JournalSlot.Hear(view, _at, milliseconds);

    /// <summary>The session is over. Called once, after the last note.</summary>
    /// <param name="isTold">Whether its row says all of it.</param>
    public void Close(bool isTold) => journal.Close(number, isTold);
}
