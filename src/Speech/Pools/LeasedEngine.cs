using System.Runtime.CompilerServices;
using Switchboard.Grains.Speech.Engines;

namespace Switchboard.Speech.Pools;

/// <summary>A node's connection together with its place at the node, which is given back once.</summary>
internal sealed class LeasedEngine(ILiveEngine engine, EngineNode node) : ILiveEngine
{
    private int _isDisposed;
    private bool _hasAnswered;

    public string Node => node.Address.Name;

    public string? Warning => engine.Warning;

    public ValueTask SendAudioAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken) =>
        engine.SendAudioAsync(audio, cancellationToken);

    public ValueTask FinalizeAsync(int? channel, CancellationToken cancellationToken) => engine.FinalizeAsync(channel, cancellationToken);

    public ValueTask KeepAliveAsync(CancellationToken cancellationToken) => engine.KeepAliveAsync(cancellationToken);

    public ValueTask CloseAsync(CancellationToken cancellationToken) => engine.CloseAsync(cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Memory<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            var message = await engine.ReceiveAsync(cancellationToken);
            if (!_hasAnswered)
            {
                // Whoever only accepts connections has not yet shown that he works.
                _hasAnswered = true;
                node.Succeeded();
            }

            return message;
        }
        catch (EngineFailedException)
        {
            node.Failed();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            node.Leave();
            await engine.DisposeAsync();
        }
    }
}
