using System.Threading.Channels;

namespace Switchboard.Gateway.Speech.Listen;

/// <summary>Wakes one waiter; set without a waiter it wakes the next one, once.</summary>
internal sealed class Signal
{
    private readonly Channel<bool> _one = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Set() => _one.Writer.TryWrite(true);

    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _one.Reader.ReadAsync(cancellationToken);
}
