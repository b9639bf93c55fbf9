using System.Collections.Immutable;
using System.Threading.Channels;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Speech.Audio;
using Switchboard.Speech.Recognition;
using Switchboard.Speech.Recognition.Live;

namespace Switchboard.SpeechEngine.Listen;

/// <summary>Recognises the channels of a session, one piece of work after the other.</summary>
internal sealed class LiveRecognition(Guid id, ListenParameters parameters, Recognizer recognizer, LiveAnswers answers, DateTimeOffset created) : IDisposable
{
    private readonly List<LiveChannel> _channels = [];
    private long _done;
    private readonly LiveSettings _settings = new(
        parameters.InterimResults,
        parameters.EndpointingMilliseconds > 0 ? TimeSpan.FromMilliseconds(parameters.EndpointingMilliseconds) : null,
        parameters.UtteranceEndMilliseconds is { } gap ? TimeSpan.FromMilliseconds(gap) : null,
        parameters.VadEvents);

    /// <summary>Pieces of work that were done. Safe for concurrent use.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>Works until no more comes, and answers the rest.</summary>
    public async Task RunAsync(ChannelReader<LiveWork> work, CancellationToken cancellation)
    {
        await foreach (var next in work.ReadAllAsync(cancellation))
        {
            if (next.Kind == LiveWorkKind.Audio)
            {
                await ListenAsync(next.Block, cancellation);
            }
            else
            {
                await FinalizeAsync(next.Channel, cancellation);
            }

            Interlocked.Increment(ref _done);
        }

        foreach (var channel in _channels)
        {
            await channel.CompleteAsync(cancellation);
        }
    }

    /// <summary>Sends the last message.</summary>
    public ValueTask DescribeAsync(string hash, double seconds, int channels, CancellationToken cancellation)
    {
        var heard = seconds > 0;
        return answers.MetadataAsync(
            new MetadataMessage
            {
                Type = MessageTypes.Metadata,
                RequestId = id,
                Sha256 = hash,
                Created = created,
                Duration = Math.Round(seconds, 4),
                Channels = channels,
                Models = heard ? [EngineModel.Id] : null,
                ModelInfo = heard ? ImmutableDictionary<Guid, ModelInfo>.Empty.Add(EngineModel.Id, EngineModel.Info) : null,
                Tags = parameters.Tags.IsEmpty ? null : parameters.Tags,
                Extra = parameters.Extra.IsEmpty ? null : parameters.Extra,
            },
            cancellation);
    }

    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }
    }

    private async ValueTask ListenAsync(SampleBlock block, CancellationToken cancellation)
    {
        using (block)
        {
            Open(block.Channels);
            for (var index = 0; index < block.Channels; index++)
            {
                await _channels[index].AcceptAsync(block.Channel(index), cancellation);
            }
        }
    }

    private async ValueTask FinalizeAsync(int? only, CancellationToken cancellation)
    {
        // Asked for before any audio came, it is answered all the same: somebody may be waiting.
        Open(_channels.Count > 0 ? _channels.Count : parameters.Multichannel ? parameters.Channels : 1);
        for (var index = 0; index < _channels.Count; index++)
        {
            if (only is null || only == index)
            {
                await _channels[index].FinalizeAsync(cancellation);
            }
        }
    }

    private void Open(int channels)
    {
        while (_channels.Count < channels)
        {
            _channels.Add(recognizer.Channel(_channels.Count, _settings, id, answers));
        }

        answers.Channels = _channels.Count;
    }
}
