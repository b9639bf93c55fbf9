using System.Collections.Immutable;
using Switchboard.Commands;

namespace Switchboard.Grains.Audit;

/// <summary>Reads the audit log: who did what to what, in every tenant. It is written by the flavor <c>audit</c> and by nobody else.</summary>
public interface IAuditLog
{
    /// <summary>The entries that match, at most <see cref="AuditQuery.Limit"/> of them, in the order asked for.</summary>
    ValueTask<ImmutableArray<AuditEntry>> ListAsync(AuditQuery query, CancellationToken cancellationToken);

    /// <summary>Follows an organisation's chain in each tenant and says whether it is whole.</summary>
    ValueTask<ImmutableArray<AuditChainReport>> VerifyAsync(AuditCheck check, CancellationToken cancellationToken);
}

/// <summary>One thing that happened.</summary>
public sealed record AuditEntry
{
    /// <summary><c>case-management</c> or <c>on-call</c>.</summary>
    public required string Tenant { get; init; }

    /// <summary>The organisation.</summary>
    public required Guid OrgId { get; init; }

    /// <summary>Its place in the chain of its organisation and tenant, from 1 without gaps.</summary>
    public required long Number { get; init; }

    /// <summary>The event that it tells of.</summary>
    public required Guid EventId { get; init; }

    /// <summary>What was done: the event's stored type, such as <c>case.status_changed</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The schema version of <see cref="Details"/>.</summary>
    public required short Schema { get; init; }

    /// <summary>The kind of thing that it was done to: <c>case</c>, <c>project</c>, <c>user</c>, ...</summary>
    public required string TargetType { get; init; }

    /// <summary>The thing.</summary>
    public required Guid TargetId { get; init; }

    /// <summary>The thing's version afterwards.</summary>
    public required long TargetVersion { get; init; }

    /// <summary>Who did it.</summary>
    public required Actor Actor { get; init; }

    /// <summary>The outermost request.</summary>
    public required string RequestId { get; init; }

    /// <summary>The event or command that led to it, or null.</summary>
    public string? CausationId { get; init; }

    /// <summary>W3C trace context, or null.</summary>
    public string? TraceParent { get; init; }

    /// <summary>When it happened, as far as anybody says: of an imported event, what the import says. Whole microseconds.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>When it was stored, which nobody can choose: entries are listed and narrowed by it. Whole microseconds.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>The event's body as JSON: for a change the old value (<c>from</c>) and the new one (<c>to</c>).</summary>
    public required string Details { get; init; }

    /// <summary>SHA-256 over the hash of the entry before and everything above.</summary>
    public required ImmutableArray<byte> Hash { get; init; }
}

/// <summary>Which entries.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="Limit">The most to give.</param>
public sealed record AuditQuery(Guid OrgId, int Limit)
{
    /// <summary>Only this tenant's, or null for all.</summary>
    public string? Tenant { get; init; }

    /// <summary>Only this actor's, or null.</summary>
    public Guid? ActorId { get; init; }

    /// <summary>Only this stored type; one that ends with <c>*</c> stands for all that begin so. Null for all.</summary>
    public string? Type { get; init; }

    /// <summary>Only this kind of thing, or null.</summary>
    public string? TargetType { get; init; }

    /// <summary>Only what was done to this thing, or null.</summary>
    public Guid? TargetId { get; init; }

    /// <summary>Only what this request did, or null.</summary>
    public string? RequestId { get; init; }

    /// <summary>Nothing that was recorded before, or null.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Nothing that was recorded at this time or later, or null.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Oldest first; otherwise newest first.</summary>
    public bool Ascending { get; init; }

    /// <summary>Only what comes after this place in the order asked for, or null.</summary>
    public AuditPlace? After { get; init; }
}

/// <summary>A place in the order of time.</summary>
/// <param name="RecordedAt">When the entry's event was stored.</param>
/// <param name="EventId">The event, which puts those of one moment in order.</param>
public readonly record struct AuditPlace(DateTimeOffset RecordedAt, Guid EventId);

/// <summary>How a chain is to be followed.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="After">Begin after this number, whose stored hash is taken as right; 0 for the beginning.</param>
/// <param name="Most">The most entries to follow in each tenant.</param>
public sealed record AuditCheck(Guid OrgId, long After, int Most)
{
    /// <summary>Only this tenant's, or null for all.</summary>
    public string? Tenant { get; init; }

    /// <summary>An entry's number and hash as somebody noted them earlier, or null: a chain that was written anew does not have it.</summary>
    public (long Number, ImmutableArray<byte> Hash)? Known { get; init; }
}

/// <summary>What became of following a chain.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Head">The number of the last entry when the check began.</param>
/// <param name="HeadHash">Its hash; empty when there is no entry. Who notes it elsewhere can later tell a chain that was written anew.</param>
/// <param name="From">The first number that was checked.</param>
/// <param name="To">The last number that was checked; before <paramref name="From"/> when there was none.</param>
/// <param name="Fault">The first fault, or null.</param>
public sealed record AuditChainReport(string Tenant, long Head, ImmutableArray<byte> HeadHash, long From, long To, AuditFault? Fault)
{
    /// <summary>Whether everything that was checked is in order.</summary>
    public bool Whole => Fault is null;

    /// <summary>Whether the check reached the end of the chain.</summary>
    public bool Complete => Fault is null && To >= Head;
}

/// <summary>Where a chain is broken.</summary>
/// <param name="Number">The number at which it shows.</param>
/// <param name="Kind">In which way.</param>
/// <param name="Detail">In words.</param>
public sealed record AuditFault(long Number, AuditFaultKind Kind, string Detail);

/// <summary>How a chain can be broken.</summary>
public enum AuditFaultKind
{
    /// <summary>An entry is not there.</summary>
    Missing = 0,

    /// <summary>An entry, or the one before it, is not what was written.</summary>
    Changed = 1,

    /// <summary>There are entries, or hashes, that the chain's end does not know of.</summary>
    HeadDiffers = 2,

    /// <summary>The chain does not have an entry that somebody noted earlier.</summary>
    WrittenAnew = 3,
}
