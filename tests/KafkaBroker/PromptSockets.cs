using System.Globalization;
using System.Runtime.InteropServices;

namespace Switchboard.KafkaBroker;

/// <summary>
/// Lets this process answer at once on its TCP sockets, as real brokers do. librdkafka's brokers leave Nagle's algorithm on: the second of
/// two small answers on a connection is then held back until the client's system acknowledges the first, which takes 40 ms.
/// </summary>
internal static partial class PromptSockets
{
    private const string OpenFiles = "/proc/self/fd";
    private const int Tcp = 6;
    private const int NoDelay = 1;

    /// <summary>
    /// Does so for the sockets that there are. A connection has it from the socket that it was accepted on, so listening ones are enough.
    /// Only on Linux, where the sockets of a library can be found; elsewhere answers are slower.
    /// </summary>
    public static void Apply()
    {
        if (!Directory.Exists(OpenFiles))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFileSystemEntries(OpenFiles))
        {
            // What is no TCP socket refuses, and so does a file that was closed meanwhile.
            _ = setsockopt(int.Parse(Path.GetFileName(file.AsSpan()), CultureInfo.InvariantCulture), Tcp, NoDelay, 1, sizeof(int));
        }
    }

    [LibraryImport("libc")]
    private static partial int setsockopt(int socket, int level, int name, in int value, int size);
}
