using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Switchboard.Gateway.Speech.Listen.Journal;
using Switchboard.Grains.Speech.Engines;

namespace Switchboard.Gateway.Speech.Listen;

/// <summary>What all live sessions of a process share.</summary>
internal sealed class LiveParts(
    ISpeechEnginePools pools,
    IGrainFactory grains,
    IOptions<ListenOptions> options,
    ListenInstruments instruments,
    SessionJournal journal,
    TimeProvider time,
    ILogger<LiveSession> log)
{
    public ISpeechEnginePools Pools => pools;

    public IGrainFactory Grains => grains;

    public ListenOptions Options => options.Value;

    public ListenInstruments Instruments => instruments;

    public SessionJournal Journal => journal;

    public TimeProvider Time => time;

    public ILogger<LiveSession> Log => log;
}
