using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Grains.Speech.Engines;

/// <summary>
/// The engines that recognise: pools of nodes, chosen by the model that was asked for, the least loaded healthy node first. Safe for many
/// threads.
/// </summary>
public interface ISpeechEnginePools
{
    /// <summary>Why the model, or what is asked of it, can be had from no pool; null when it can.</summary>
    SpeechError? Refusal(ListenParameters parameters, bool live);

    /// <summary>Connects to a node for a live stream. Tries the others when one does not answer.</summary>
    /// <param name="request">What the stream is.</param>
    /// <param name="avoid">Nodes that have just failed this stream: taken only when there is no other.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<LiveOpening> OpenAsync(EngineRequest request, IReadOnlyCollection<string> avoid, CancellationToken cancellationToken);

    /// <summary>
    /// Has a file transcribed. The body is read once and never held in memory whole. When a node fails, another one is given the file from the
    /// beginning, as long as what was read of it could be kept on disk.
    /// </summary>
    Task<FileTranscription> TranscribeAsync(EngineRequest request, EngineUpload upload, CancellationToken cancellationToken);
}

/// <summary>A stream or file to be recognised.</summary>
/// <param name="OrgId">Whose it is.</param>
/// <param name="RequestId">The session's or request's id, for logs.</param>
/// <param name="Parameters">What is asked for.</param>
public sealed record EngineRequest(Guid OrgId, Guid RequestId, ListenParameters Parameters);

/// <summary>Either a connection, or why there is none.</summary>
public readonly record struct LiveOpening(ILiveEngine? Engine, SpeechError? Refusal);

/// <summary>
/// A live stream at one node. One sender and one receiver at a time. Faults of the node are <see cref="EngineFailedException"/>; then the
/// stream can be taken to another node. Disposing frees the node's place.
/// </summary>
public interface ILiveEngine : IAsyncDisposable
{
    /// <summary>The node's name: pool and node.</summary>
    string Node { get; }

    /// <summary>What the node says that it will not do of what was asked for, as a header's value; null when it says nothing.</summary>
    string? Warning => null;

    /// <summary>Sends audio. Completes when the connection has taken it, which is how a slow node slows its client.</summary>
    /// <exception cref="EngineFailedException">The node is gone.</exception>
    ValueTask SendAudioAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken);

    /// <summary>Asks for the result of what is buffered, of one channel or of all.</summary>
    /// <exception cref="EngineFailedException">The node is gone.</exception>
    ValueTask FinalizeAsync(int? channel, CancellationToken cancellationToken);

    /// <summary>Says that the connection is still wanted.</summary>
    /// <exception cref="EngineFailedException">The node is gone.</exception>
    ValueTask KeepAliveAsync(CancellationToken cancellationToken);

    /// <summary>Says that no more audio comes: the last results and the metadata follow, then the end.</summary>
    /// <exception cref="EngineFailedException">The node is gone.</exception>
    ValueTask CloseAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The next message in the wire's form, as JSON in UTF-8; its memory may be written to and belongs to the caller until the next call.
    /// Empty when the node has said everything.
    /// </summary>
    /// <exception cref="EngineFailedException">The node is gone, or answers what is no message.</exception>
    /// <exception cref="EngineRefusedAudioException">The node cannot decode the audio.</exception>
    ValueTask<Memory<byte>> ReceiveAsync(CancellationToken cancellationToken);
}

/// <summary>A file on its way to an engine.</summary>
/// <param name="Body">The bytes, read once.</param>
/// <param name="ContentType">What the client called them, or null; nobody relies on it.</param>
/// <param name="Length">How many there are, or null when that is not known before they end.</param>
public sealed record EngineUpload(Stream Body, string? ContentType, long? Length);

/// <summary>Either an engine's answer to a file, or why there is none.</summary>
/// <param name="Answer">The answer: <c>metadata</c> and <c>results</c> in the wire's form. The caller disposes it.</param>
/// <param name="Node">The node that answered, or that failed.</param>
/// <param name="Refusal">Why there is no answer.</param>
public sealed record FileTranscription(System.Text.Json.JsonDocument? Answer, string? Node, SpeechError? Refusal);

/// <summary>A node cannot go on with a stream; another one may.</summary>
public sealed class EngineFailedException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>What was sent is no audio that the node can decode; another node would say the same.</summary>
public sealed class EngineRefusedAudioException(string reason) : IOException(reason);
