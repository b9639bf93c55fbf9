namespace Switchboard.Gateway.Speech.Callbacks.Live;

/// <summary>How the messages of a live stream get to its receiver. One sender, which waits for each message.</summary>
internal interface ICallbackLine : IAsyncDisposable
{
    /// <summary>Completes when the receiver has gone.</summary>
    Task Gone { get; }

    /// <summary>Sends a message; returns when it was taken.</summary>
    /// <exception cref="CallbackLostException">It is not taken.</exception>
    Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken);

    /// <summary>Says that nothing more comes.</summary>
    /// <param name="code">The WebSocket's close code of the stream.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task CloseAsync(int code, CancellationToken cancellationToken);
}

/// <summary>A receiver does not take what is sent to it.</summary>
internal sealed class CallbackLostException(string message, Exception? inner = null) : IOException(message, inner);
