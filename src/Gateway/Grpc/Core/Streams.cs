namespace Grpc.Core;

/// <summary>Messages that come one after another.</summary>
/// <typeparam name="T">The message.</typeparam>
internal interface IAsyncStreamReader<out T>
{
    /// <summary>The message that was read last.</summary>
    T Current { get; }

    /// <summary>Reads the next message; false at the end.</summary>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}

/// <summary>Takes messages one after another.</summary>
/// <typeparam name="T">The message.</typeparam>
internal interface IServerStreamWriter<in T>
{
    /// <summary>How messages are written from now on; null for the call's way.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Sends a message; completes when the client's window has room for it.</summary>
    Task WriteAsync(T message, CancellationToken cancellationToken);

    /// <inheritdoc cref="WriteAsync(T, CancellationToken)"/>
    Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);
}

/// <summary>Reading with <c>await foreach</c>.</summary>
internal static class AsyncStreamReaderExtensions
{
    public static async IAsyncEnumerable<T> ReadAllAsync<T>(
        this IAsyncStreamReader<T> reader, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await reader.MoveNext(cancellationToken))
        {
            yield return reader.Current;
        }
    }
}

/// <summary>How messages are written.</summary>
[Flags]
internal enum WriteFlags
{
    /// <summary>Each message is sent at once.</summary>
    None = 0,

    /// <summary>More messages follow soon: this one may wait for them.</summary>
    BufferHint = 1,

    /// <summary>Not compressed, whatever the client takes.</summary>
    NoCompress = 2,
}

/// <summary>How messages are written.</summary>
internal sealed class WriteOptions(WriteFlags flags = WriteFlags.None)
{
    public WriteFlags Flags => flags;
}
