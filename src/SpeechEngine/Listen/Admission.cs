using Microsoft.Extensions.Options;
using Switchboard.SpeechEngine.Hosting;

namespace Switchboard.SpeechEngine.Listen;

/// <summary>How many sessions and files there may be; nobody is let in once the node drains. Safe for concurrent use.</summary>
internal sealed class Admission(IOptions<SpeechEngineOptions> options, IHostApplicationLifetime lifetime)
{
    private int _sessions;
    private int _files;

    public int MaximumSessions { get; } = options.Value.MaximumSessionsOrDefault;

    public int MaximumFiles { get; } = options.Value.MaximumFilesOrDefault;

    public int Sessions => Volatile.Read(ref _sessions);

    public int Files => Volatile.Read(ref _files);

    public bool IsDraining => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Cancelled when the node begins to drain.</summary>
    public CancellationToken Draining => lifetime.ApplicationStopping;

    public bool TryEnterSession() => TryEnter(ref _sessions, MaximumSessions);

    public bool TryEnterFile() => TryEnter(ref _files, MaximumFiles);

    public void LeaveSession() => Interlocked.Decrement(ref _sessions);

    public void LeaveFile() => Interlocked.Decrement(ref _files);

    private bool TryEnter(ref int count, int maximum)
    {
        if (IsDraining)
        {
            return false;
        }

        if (Interlocked.Increment(ref count) <= maximum)
        {
            return true;
        }

        Interlocked.Decrement(ref count);
        return false;
    }
}
