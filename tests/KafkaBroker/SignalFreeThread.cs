using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Switchboard.KafkaBroker;

/// <summary>
/// Makes things whose threads must not be interrupted by signals. The brokers' thread ends for good, and with it all brokers, when a signal's
/// handler happens to run on it while it waits; .NET has a handler for the one that wakes a process that was stopped.
/// </summary>
internal static partial class SignalFreeThread
{
    private const int Block = 0;

    /// <summary>Those that .NET handles, as Linux numbers them: HUP, INT, QUIT, TERM, CHLD, CONT, WINCH.</summary>
    private static readonly int[] _handled = [1, 2, 3, 15, 17, 18, 28];

    /// <summary>Does something on a thread that takes no signals; nor do threads that are begun by it. On Linux only.</summary>
    public static T Run<T>(Func<T> make)
        where T : struct
    {
        if (!OperatingSystem.IsLinux())
        {
            return make();
        }

        var made = default(T);
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                BlockSignals();
                made = make();
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return made;
    }

    private static void BlockSignals()
    {
        // As large as glibc's, which is the largest.
        var set = new byte[128];
        _ = sigemptyset(set);
        foreach (var signal in _handled)
        {
            _ = sigaddset(set, signal);
        }

        _ = pthread_sigmask(Block, set, 0);
    }

    [LibraryImport("libc")]
    private static partial int sigemptyset(byte[] set);

    [LibraryImport("libc")]
    private static partial int sigaddset(byte[] set, int signal);

    [LibraryImport("libc")]
    private static partial int pthread_sigmask(int how, byte[] set, nint former);
}
