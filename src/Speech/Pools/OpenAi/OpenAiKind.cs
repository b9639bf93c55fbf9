using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Speech.Pools.OpenAi;

/// <summary>
/// Nodes with OpenAI's <c>/v1/audio/transcriptions</c> (speaches, whisper servers): files only, one channel, the words with times.
/// </summary>
internal sealed class OpenAiKind(EngineHttp http, IOptions<PoolOptions> options, TimeProvider time) : IEngineKind
{
    /// <summary>Its name in the configuration.</summary>
    public const string KindName = "OpenAi";

    private const string Path = "/v1/audio/transcriptions";
    private const string DefaultModel = "whisper-1";

    public string Name => KindName;

    public string? HealthPath => "/health";

    public SpeechError? Refusal(ListenParameters parameters, bool live)
    {
        if (live)
        {
            return new SpeechError(400, "Bad Request", "Bad Request: this model transcribes files only; stream to another model.");
        }

        if (parameters.Encoding is not (null or AudioEncodings.Linear16))
        {
            return SpeechError.UnsupportedMedia("This model takes files with a header (WAV, MP3, FLAC, Ogg, WebM, M4A) and encoding=linear16.");
        }

        return parameters.Redact.IsEmpty && !parameters.Multichannel
            ? null
            : SpeechError.InvalidParameter("redact, multichannel: this model can do neither; use another model");
    }

    public Task<ILiveEngine> ConnectAsync(NodeAddress node, EngineRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{Name} nodes take no live streams; {nameof(Refusal)} says so.");

    public async Task<JsonDocument> TranscribeAsync(
        NodeAddress node, EngineRequest request, EngineUpload upload, CancellationToken cancellationToken)
    {
        var parameters = request.Parameters;
        var model = node.Model ?? parameters.Model ?? DefaultModel;
        using var form = new MultipartFormDataContent
        {
            { new StringContent(model), "model" },
            { new StringContent("verbose_json"), "response_format" },
            { new StringContent("word"), "timestamp_granularities[]" },
        };
        if (!parameters.DetectLanguage && parameters.Language is not "multi")
        {
            form.Add(new StringContent(parameters.Language.Split('-', '_')[0]), "language");
        }

        var body = parameters.Encoding is null
            ? upload.Body
            : WavHeader.Before(upload.Body, parameters.SampleRate ?? 16_000, parameters.Channels);
        var file = new StreamContent(body);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        form.Add(file, "file", "audio.wav");
        using var message = new HttpRequestMessage(HttpMethod.Post, node.At(Path, "", socket: false)) { Content = form };
        if (node.Key is { } key)
        {
            message.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        }

        using var answer = await NodeAnswer.SendAsync(http.Client, node, message, options.Value.MaxAnswerBytes, cancellationToken);
        return Translate(answer.RootElement, node, request, model);
    }

    private JsonDocument Translate(JsonElement answer, NodeAddress node, EngineRequest request, string model)
    {
        OpenAiAnswer read;
        try
        {
            read = answer.Deserialize(OpenAiJson.Default.OpenAiAnswer) ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            throw new EngineFailedException($"engine node {node.Name} answered what is no transcription", error);
        }

        var words = (read.Words ?? []).Select(static word => new Word
        {
            Text = word.Word.Trim(),
            Start = word.Start,
            End = word.End,
            Confidence = 1,
        }).ToImmutableArray();
        var id = ModelIds.Of(model);
        var metadata = new MetadataMessage
        {
            RequestId = request.RequestId,
            Sha256 = "",
            Created = time.GetUtcNow(),
            Duration = read.Duration ?? (words.IsEmpty ? 0 : words[^1].End),
            Channels = 1,
            Models = [id],
            ModelInfo = ImmutableDictionary<Guid, ModelInfo>.Empty.Add(id, new ModelInfo(model, "", "openai")),
        };
        var text = (read.Text ?? "").Trim();
        var channel = new ChannelResult
        {
            Alternatives = [new Alternative { Transcript = text, Confidence = text.Length == 0 ? 0 : 1, Words = words }],
            DetectedLanguage = request.Parameters.DetectLanguage ? read.Language : null,
        };
        var utterances = request.Parameters.Utterances ? Utterances.Of(words, request.Parameters.UtteranceSplitSeconds) : (ImmutableArray<Utterance>?)null;
        return JsonSerializer.SerializeToDocument(
            new FileAnswer(metadata, new FileResults([channel], utterances)), WireJson.Default.FileAnswer);
    }
}
