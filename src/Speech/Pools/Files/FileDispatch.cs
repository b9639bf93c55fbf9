using System.Text.Json;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Speech.Pools.Files;

/// <summary>
/// Has one file transcribed: at the node that is chosen, and when that one fails, at another, which is given the file from the beginning.
/// </summary>
/// <param name="spool">Keeps what was read, for another node.</param>
/// <param name="options">The limits.</param>
/// <param name="instruments">The metrics.</param>
/// <param name="time">The clock.</param>
internal sealed class FileDispatch(FileSpool spool, IOptions<PoolOptions> options, PoolInstruments instruments, TimeProvider time)
{
    /// <summary>Nodes that one file may take down: it may be the file that does it.</summary>
    private const int MostHearings = 3;

    /// <summary>Has it transcribed.</summary>
    /// <param name="pools">Choose nodes and learn how they did.</param>
    /// <param name="request">What it is.</param>
    /// <param name="upload">Its bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<FileTranscription> RunAsync(
        EnginePools pools, EngineRequest request, EngineUpload upload, CancellationToken cancellationToken)
    {
        var tried = new HashSet<EngineNode>();
        await using var body = new KeptBody(upload.Body, pools.CountFor(request.Parameters) > 1 ? spool : null, cancellationToken);
        var failed = new FileTranscription(null, null, SpeechError.Unavailable);
        for (var hearings = 0; pools.Choose(request.Parameters, live: false, tried, []) is { } node;)
        {
            var name = node.Address.Name;
            try
            {
                var answer = await AttemptAsync(pools, node, request, upload, body, tried, cancellationToken);
                node.Succeeded();
                node.Leave();
                return new FileTranscription(answer, name, null);
            }
            catch (EngineRefusedRequestException refused)
            {
                node.Leave();
                return new FileTranscription(null, name, refused.Error);
            }
            catch (Exception error) when (body.Fault is null && EnginePools.IsNodesFault(error, cancellationToken))
            {
                pools.Failed(node, error, request.RequestId);
                if (!body.IsTouched)
                {
                    continue;
                }

                failed = new FileTranscription(null, name, error is EngineBusyException ? SpeechError.Unavailable : SpeechError.BadGateway);
                if (!body.CanBeginAgain || ++hearings == MostHearings)
                {
                    return failed;
                }

                instruments.Again(name);
            }
            catch
            {
                node.Leave();
                throw;
            }
        }

        return failed;
    }

    private async Task<JsonDocument> AttemptAsync(
        EnginePools pools,
        EngineNode node,
        EngineRequest request,
        EngineUpload upload,
        KeptBody body,
        HashSet<EngineNode> tried,
        CancellationToken cancellationToken)
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(attempt.Token);
        await using var reader = body.Begin(time);
        var watch = new AttemptWatch(node, reader, () => body.CanBeginAgain && pools.HasAnother(request.Parameters, tried), options.Value, time);
        var watching = watch.RunAsync(attempt, over.Token);
        try
        {
            var answer = await node.Kind.TranscribeAsync(node.Address, request, upload with { Body = reader }, attempt.Token);
            if (IsTranscription(answer.RootElement))
            {
                return answer;
            }

            answer.Dispose();
            throw new EngineFailedException($"engine node {node.Address.Name} answered what is no transcription");
        }
        finally
        {
            await over.CancelAsync();
            await watching;
        }
    }

    private static bool IsTranscription(JsonElement answer) =>
        answer.ValueKind == JsonValueKind.Object
        && answer.TryGetProperty("results"u8, out var results) && results.ValueKind == JsonValueKind.Object
        && results.TryGetProperty("channels"u8, out var channels) && channels.ValueKind == JsonValueKind.Array
        && answer.TryGetProperty("metadata"u8, out var metadata) && metadata.ValueKind == JsonValueKind.Object
        && metadata.TryGetProperty("duration"u8, out var duration) && duration.ValueKind == JsonValueKind.Number;
}
