using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Switchboard.Grains.Audit;

namespace Switchboard.Handlers.Audit;

/// <summary>
/// The chain of an organisation's audit entries: SHA-256 over the hash before and the entry's canonical bytes. These bytes are for
/// ever: every member in the order below, each preceded by its length as four bytes, big-endian (-1 for null), texts in UTF-8,
/// numbers and ids big-endian, times as microseconds since 1970.
/// </summary>
internal static class AuditChain
{
    private static ReadOnlySpan<byte> Domain => "switchboard audit 1"u8;

    /// <summary>What the first entry is chained to.</summary>
    public static ImmutableArray<byte> Beginning { get; } = [.. new byte[SHA256.HashSizeInBytes]];

    /// <summary>The entry's hash, given the one of the entry before.</summary>
    public static ImmutableArray<byte> HashOf(ImmutableArray<byte> previous, AuditEntry entry)
    {
        var bytes = new ArrayBufferWriter<byte>(512 + entry.Details.Length);
        bytes.Write(Domain);
        bytes.Write(previous.AsSpan());
        WriteCanonical(bytes, entry);
        return ImmutableArray.Create(SHA256.HashData(bytes.WrittenSpan));
    }

    /// <summary>Gives each entry its number and its hash, after those that the chain has.</summary>
    public static ImmutableArray<AuditEntry> Append(AuditHead head, IEnumerable<AuditEntry> entries)
    {
        var appended = ImmutableArray.CreateBuilder<AuditEntry>();
        var (number, hash) = (head.Number, head.Hash);
        foreach (var entry in entries)
        {
            var next = entry with { Number = ++number };
            hash = HashOf(hash, next);
            appended.Add(next with { Hash = hash });
        }

        return appended.ToImmutable();
    }

    /// <summary>A time as the chain and the database keep it: whole microseconds, in UTC.</summary>
    public static DateTimeOffset Truncate(DateTimeOffset time)
    {
        var utc = time.UtcTicks;
        return new DateTimeOffset(utc - (utc % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }

    private static void WriteCanonical(ArrayBufferWriter<byte> to, AuditEntry entry)
    {
        Write(to, entry.Tenant);
        Write(to, entry.OrgId);
        Write(to, entry.Number);
        Write(to, entry.EventId);
        Write(to, entry.Type);
        Write(to, (long)entry.Schema);
        Write(to, entry.TargetType);
        Write(to, entry.TargetId);
        Write(to, entry.TargetVersion);
        Write(to, (long)entry.Actor.Kind);
        Write(to, entry.Actor.Id);
        Write(to, entry.RequestId);
        Write(to, entry.CausationId);
        Write(to, entry.TraceParent);
        Write(to, Microseconds(entry.OccurredAt));
        Write(to, Microseconds(entry.RecordedAt));
        Write(to, entry.Details);
    }

    private static long Microseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static void Write(ArrayBufferWriter<byte> to, string? text)
    {
        var length = text is null ? -1 : Encoding.UTF8.GetByteCount(text);
        WriteLength(to, length);
        if (length > 0)
        {
            to.Advance(Encoding.UTF8.GetBytes(text, to.GetSpan(length)));
        }
    }

    private static void Write(ArrayBufferWriter<byte> to, Guid id)
    {
        WriteLength(to, 16);
        id.TryWriteBytes(to.GetSpan(16), bigEndian: true, out var written);
        to.Advance(written);
    }

    private static void Write(ArrayBufferWriter<byte> to, long number)
    {
        WriteLength(to, sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(to.GetSpan(sizeof(long)), number);
        to.Advance(sizeof(long));
    }

    private static void WriteLength(ArrayBufferWriter<byte> to, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(to.GetSpan(sizeof(int)), length);
        to.Advance(sizeof(int));
    }
}

/// <summary>The end of a chain.</summary>
/// <param name="Number">The last entry's number; 0 when there is none.</param>
/// <param name="Hash">Its hash; <see cref="AuditChain.Beginning"/> when there is none.</param>
internal readonly record struct AuditHead(long Number, ImmutableArray<byte> Hash);
