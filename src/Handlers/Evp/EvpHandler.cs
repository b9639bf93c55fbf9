using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Options;

namespace Switchboard.Handlers.Evp;

/// <summary>
/// Collects every event as a line for the data lake. The lines lie in the open segment until <see cref="EvpFiles"/> makes a file of
/// it: a line and its event's mark are committed together, and a file is made of what was committed, so the files have every event once.
/// They are not rebuilt: what was carried away cannot be taken back.
/// </summary>
internal sealed class EvpHandler(IOptions<EvpOptions> options, TimeProvider time) : RowHandler<string>
{
    /// <summary>Its name and policy. The lake has the order of the log in columns, so a late line does no harm.</summary>
    public static Flavor Definition { get; } = new("evp-indexer");

    public override Flavor Flavor => Definition;

    public override ImmutableArray<string> Tables => [];

    public override ValueTask<ImmutableArray<string>> RowsOfAsync(HandledEvent handled, CancellationToken cancellationToken) =>
        ValueTask.FromResult<ImmutableArray<string>>([EvpLine.Of(handled.Record)]);

    public override async ValueTask WriteAsync(EffectBatch<string> batch, CancellationToken cancellationToken)
    {
        if (!batch.Rows.IsEmpty)
        {
            var bytes = batch.Rows.Sum(static line => Encoding.UTF8.GetByteCount(line) + 1L);
            await EvpSegments.AddAsync(batch.Connection, batch.Rows, bytes, options.Value.SegmentBytes, time.GetUtcNow(), cancellationToken);
        }
    }
}
