using System.Collections.Immutable;
using Switchboard.Grains.Audit;

namespace Switchboard.Handlers.Audit;

/// <summary>
/// Follows a chain entry by entry and stops at the first fault. Pure: the entries come from wherever the caller reads them, in
/// order of their numbers.
/// </summary>
internal sealed class AuditFollower
{
    private readonly AuditHead _head;
    private readonly long _after;
    private readonly (long Number, ImmutableArray<byte> Hash)? _known;
    private ImmutableArray<byte> _previous = AuditChain.Beginning;
    private long _next;

    /// <summary>Begins.</summary>
    /// <param name="head">The chain's end when the check began.</param>
    /// <param name="after">The number before the first one to be checked; the entry of that number is given first, unless it is 0.</param>
    /// <param name="known">An entry's number and hash as noted earlier, or null.</param>
    public AuditFollower(AuditHead head, long after, (long Number, ImmutableArray<byte> Hash)? known)
    {
        (_head, _after, _known) = (head, after, known);
        _next = Math.Max(1, after);
        Reached = after;
    }

    /// <summary>The last number that was found in order.</summary>
    public long Reached { get; private set; }

    /// <summary>The first fault, or null.</summary>
    public AuditFault? Fault { get; private set; }

    /// <summary>The entry of the next number. False when nothing more need be read.</summary>
    public bool Follow(AuditEntry entry)
    {
        if (entry.Number != _next)
        {
            return Break(_next, AuditFaultKind.Missing, $"entry {_next} is not there; the next one is {entry.Number}");
        }

        if (entry.Number > _after && !AuditChain.HashOf(_previous, entry).AsSpan().SequenceEqual(entry.Hash.AsSpan()))
        {
            return Break(entry.Number, AuditFaultKind.Changed, $"entry {entry.Number} or the one before it is not what was written");
        }

        if (_known is { } noted && noted.Number == entry.Number && !noted.Hash.AsSpan().SequenceEqual(entry.Hash.AsSpan()))
        {
            return Break(
                entry.Number,
                AuditFaultKind.WrittenAnew,
                $"entry {entry.Number} has the hash {Hex(entry.Hash)}, and had {Hex(noted.Hash)} when it was noted");
        }

        if (entry.Number == _head.Number && !_head.Hash.AsSpan().SequenceEqual(entry.Hash.AsSpan()))
        {
            return Break(
                entry.Number,
                AuditFaultKind.HeadDiffers,
                $"the chain's end is said to have the hash {Hex(_head.Hash)}, entry {entry.Number} has {Hex(entry.Hash)}");
        }

        (_previous, Reached) = (entry.Hash, Math.Max(_after, entry.Number));
        _next++;
        return entry.Number < _head.Number;
    }

    /// <summary>There are no more entries up to the chain's end.</summary>
    /// <param name="newest">The highest number that any entry had when the check began.</param>
    public void End(long newest)
    {
        if (Fault is not null)
        {
            return;
        }

        if (_next <= _head.Number)
        {
            Break(_next, AuditFaultKind.Missing, $"entry {_next} is not there; the chain's end is {_head.Number}");
        }
        else if (newest > _head.Number)
        {
            Break(_head.Number + 1, AuditFaultKind.HeadDiffers, $"the chain's end is said to be {_head.Number}, but there is an entry {newest}");
        }
        else if (_head.Number < _known?.Number)
        {
            Break(_known.Value.Number, AuditFaultKind.WrittenAnew, $"entry {_known.Value.Number} was noted earlier; the chain's end is {_head.Number}");
        }
    }

    private bool Break(long number, AuditFaultKind kind, string detail)
    {
        Fault = new AuditFault(number, kind, detail);
        return false;
    }

    private static string Hex(ImmutableArray<byte> hash) => Convert.ToHexStringLower(hash.AsSpan());
}
