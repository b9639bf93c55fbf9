using System.Collections.Immutable;
using Npgsql;
using Switchboard.Handlers.Running;

namespace Switchboard.Handlers;

/// <summary>
/// A flavor whose effect is rows. The rows of many events, of many cases, are written by one transaction together with the marks
/// (flavor, event id) that make a repetition harmless.
/// </summary>
/// <typeparam name="TRow">What one event adds or changes, as the flavor's SQL needs it.</typeparam>
public abstract class RowHandler<TRow> : EventHandler
{
    /// <summary>The tables that the flavor owns, by which it is rebuilt: each is written through <see cref="EffectBatch{TRow}.Table"/>.</summary>
    public abstract ImmutableArray<string> Tables { get; }

    /// <summary>What the event means for the rows; empty when nothing. May read; must not write. Called again after a failure.</summary>
    public abstract ValueTask<ImmutableArray<TRow>> RowsOfAsync(HandledEvent handled, CancellationToken cancellationToken);

    /// <summary>
    /// Writes the rows in a few set-based statements (<c>insert ... select from unnest(...)</c>) on a connection whose transaction is
    /// open and also holds the marks. Throws when it fails: the batch is then rolled back and halved until the event at fault
    /// stands alone.
    /// </summary>
    public abstract ValueTask WriteAsync(EffectBatch<TRow> batch, CancellationToken cancellationToken);

    internal sealed override EventPipe PipeTo(PipeParts parts) => new RowPipe<TRow>(this, parts);
}

/// <summary>Rows to be written in one transaction.</summary>
/// <typeparam name="TRow">The flavor's row.</typeparam>
/// <param name="Connection">Open, inside the transaction. The writer neither commits nor keeps it.</param>
/// <param name="Rows">The rows of events that were not handled before, in order within each case.</param>
/// <param name="Suffix">Empty for the live tables; otherwise what the names of the tables end with that a rebuild fills.</param>
public sealed record EffectBatch<TRow>(NpgsqlConnection Connection, ImmutableArray<TRow> Rows, string Suffix)
{
    /// <summary>The table to write to: the live one, or the one beside it while the flavor is rebuilt.</summary>
    public string Table(string name) => name + Suffix;
}
