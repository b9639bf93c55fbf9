using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Speech.Audio;
using Switchboard.Speech.Recognition.Files;
using Switchboard.Speech.Recognition.Sphinx;
using Switchboard.Speech.Recognition.Transcripts;
using Switchboard.SpeechEngine.Hosting;

namespace Switchboard.SpeechEngine.Listen;

/// <summary>One file: recognised while it comes, never in memory whole.</summary>
internal sealed class FileUpload(
    Guid id, ListenParameters parameters, AudioRequest audio, SpeechEngineOptions options, Decoding decoding, TimeProvider time, ILogger logger)
{
    /// <summary>The answer, or why there is none.</summary>
    public async Task<(FileAnswer? Answer, SpeechError? Error)> RunAsync(PipeReader body, long? length, CancellationToken cancellation)
    {
        if (length > options.MaximumUploadBytes)
        {
            return (null, TooLarge);
        }

        using var late = new CancellationTokenSource(options.FileWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            return (await ListenAsync(body, either.Token), null);
        }
        catch (AudioRejectedException rejected)
        {
            return (null, rejected.Error);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return (null, SpeechError.TimedOut);
        }
        catch (BadHttpRequestException)
        {
            return (null, SpeechError.Unreadable);
        }
        catch (IOException) when (!cancellation.IsCancellationRequested)
        {
            return (null, SpeechError.Unreadable);
        }
        catch (SphinxException error)
        {
            ListenLog.FileFailed(logger, error, id);
            return (null, SpeechError.Internal);
        }
    }

    private SpeechError TooLarge => SpeechError.TooLarge($"{options.MaximumUploadBytes} bytes");

    private async Task<FileAnswer> ListenAsync(PipeReader body, CancellationToken cancellation)
    {
        var created = time.GetUtcNow();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var transcriber = new FileTranscriber(decoding.Recognizer, id);
        await using var intake = new AudioIntake(audio, decoding.Ffmpeg, transcriber);
        long bytes = 0;
        while (true)
        {
            var read = await body.ReadAsync(cancellation);
            try
            {
                foreach (var piece in read.Buffer)
                {
                    bytes += piece.Length;
                    if (bytes > options.MaximumUploadBytes)
                    {
                        throw new AudioRejectedException(TooLarge);
                    }

                    hash.AppendData(piece.Span);
                    await intake.WriteAsync(piece, cancellation);
                }
            }
            finally
            {
                // Also when the rest is not wanted: a read that is left open costs the client its connection.
                body.AdvanceTo(read.Buffer.End);
            }

            if (read.IsCompleted)
            {
                break;
            }
        }

        if (bytes == 0)
        {
            throw new AudioRejectedException(SpeechError.UndecodableAudio);
        }

        await intake.CompleteAsync(cancellation);
        var channels = await transcriber.CompleteAsync(cancellation);
        return Answer(created, Convert.ToHexStringLower(hash.GetHashAndReset()), intake, channels);
    }

    private FileAnswer Answer(
        DateTimeOffset created, string hash, AudioIntake intake, ImmutableArray<ImmutableArray<RecognizedUtterance>> channels)
    {
        ImmutableArray<ParameterWarning> warnings = [.. EngineModel.Undone(parameters).Select(name =>
            new ParameterWarning(name, "unsupported", $"{EngineModel.Info.Name} does not do {name}; it was ignored."))];
        var metadata = new MetadataMessage
        {
            RequestId = id,
            Sha256 = hash,
            Created = created,
            Duration = Math.Round(intake.Seconds, 4),
            Channels = intake.Channels,
            Models = [EngineModel.Id],
            ModelInfo = ImmutableDictionary<Guid, ModelInfo>.Empty.Add(EngineModel.Id, EngineModel.Info),
            Tags = parameters.Tags.IsEmpty ? null : parameters.Tags,
            Extra = parameters.Extra.IsEmpty ? null : parameters.Extra,
            Warnings = warnings.IsEmpty ? null : warnings,
        };

        // A file of silence, or of no samples at all, still has its channel.
        return new FileAnswer(metadata, FileAnswerWriter.Write(parameters, channels.IsEmpty ? [[]] : channels));
    }
}
