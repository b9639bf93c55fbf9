using System.Globalization;
using System.Text;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Speech.Pools.Deepgram;

/// <summary>A live stream at a node of the same wire: everything goes through as it is.</summary>
internal sealed class DeepgramEngine(SocketEngine socket, string node, string? warning) : ILiveEngine
{
    private static readonly byte[] KeepAlive = """{"type":"KeepAlive"}"""u8.ToArray();
    private static readonly byte[] FinalizeAll = """{"type":"Finalize"}"""u8.ToArray();
    private static readonly byte[] CloseStream = """{"type":"CloseStream"}"""u8.ToArray();

    public string Node => node;

    public string? Warning => warning;

    public ValueTask SendAudioAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken) =>
        socket.SendAsync(audio, FrameKind.Binary, cancellationToken);

    public ValueTask FinalizeAsync(int? channel, CancellationToken cancellationToken) => socket.SendAsync(
        channel is { } one
            ? Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"type":"Finalize","channel":{{one}}}"""))
            : FinalizeAll,
        FrameKind.Text,
        cancellationToken);

    public ValueTask KeepAliveAsync(CancellationToken cancellationToken) =>
        socket.SendAsync(KeepAlive, FrameKind.Text, cancellationToken);

    public ValueTask CloseAsync(CancellationToken cancellationToken) =>
        socket.SendAsync(CloseStream, FrameKind.Text, cancellationToken);

    public ValueTask<Memory<byte>> ReceiveAsync(CancellationToken cancellationToken) => socket.ReceiveAsync(cancellationToken);

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
