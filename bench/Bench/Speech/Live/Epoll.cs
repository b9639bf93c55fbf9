using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Switchboard.Bench.Speech.Live;

/// <summary>
/// Which of many sockets can be read, asked of the kernel directly by one thread: what measures must cost less than what is measured.
/// Socket objects that are used synchronously only are seen by no other poller.
/// </summary>
internal sealed partial class Epoll : IDisposable
{
    private const int Add = 1;
    private const uint Readable = 1;
    private const int Interrupted = 4;
    private const int MostEvents = 256;

    // The kernel packs the structure on x64 only.
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly byte[] _events = GC.AllocateArray<byte>(MostEvents * EventBytes, pinned: true);
    private readonly int _handle = Checked(Create(0), "epoll_create1");

    /// <summary>Watches a socket; events name it by its number.</summary>
    public void Watch(Socket socket, int number)
    {
        Span<byte> entry = stackalloc byte[16];
        entry.Clear();
        MemoryMarshal.Write(entry, Readable);
        MemoryMarshal.Write(entry[(EventBytes - 8)..], (long)number);
        Checked(Control(_handle, Add, (int)socket.Handle, ref MemoryMarshal.GetReference(entry)), "epoll_ctl");
    }

    /// <summary>Waits until something can be read and gives the numbers.</summary>
    public int Wait(Span<int> numbers, int milliseconds)
    {
        var count = WaitFor(_handle, ref MemoryMarshal.GetArrayDataReference(_events), Math.Min(numbers.Length, MostEvents), milliseconds);
        if (count < 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
            return 0;
        }

        Checked(count, "epoll_wait");
        for (var index = 0; index < count; index++)
        {
            numbers[index] = (int)Unsafe.ReadUnaligned<long>(ref _events[((index + 1) * EventBytes) - 8]);
        }

        return count;
    }

    public void Dispose() => Close(_handle);

    private static int Checked(int result, string call) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call} failed");

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int epoll, int operation, int file, ref byte entry);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int WaitFor(int epoll, ref byte events, int most, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
