using System.Security.Cryptography;
using Switchboard.Cases;
using Switchboard.Grains.Aggregates;

namespace Switchboard.Grains.Cases;

/// <summary>The state of a case type after an event.</summary>
internal static class CaseTypeEvolver
{
    /// <summary>What <c>attributes.type</c> of a case shows for a type of an organisation's own.</summary>
    private const string LegacyName = "TUNKNOWN";

    /// <summary>A built-in type as every organisation has it at first; null for another id.</summary>
    public static CaseTypeSnapshot? BuiltIn(Guid orgId, Guid typeId) => CaseTypes.Find(typeId) is { } type
        ? new CaseTypeSnapshot { OrgId = orgId, Id = typeId, StreamId = StreamOf(orgId, typeId), Version = 0, Type = type }
        : null;

    /// <summary>
    /// The stream of a type's events. Streams are unique in the whole database, the ids of built-in types are not: theirs is made from both
    /// ids (form of RFC 9562, version 8, over SHA-256).
    /// </summary>
    public static Guid StreamOf(Guid orgId, Guid typeId)
    {
        if (CaseTypes.Find(typeId) is null)
        {
            return typeId;
        }

        Span<byte> text = stackalloc byte[32];
        orgId.TryWriteBytes(text, bigEndian: true, out _);
        typeId.TryWriteBytes(text[16..], bigEndian: true, out _);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>The next state.</summary>
    /// <exception cref="InvalidOperationException">The event does not follow on the state: the stream is damaged.</exception>
    public static CaseTypeSnapshot Evolve(CaseTypeSnapshot? state, CaseTypeEvent fact, in EventStamp stamp)
    {
        if (fact is CaseTypeCreated created)
        {
            return new CaseTypeSnapshot
            {
                OrgId = stamp.Stream.OrgId,
                Id = stamp.Stream.Id,
                StreamId = stamp.Stream.Id,
                Version = stamp.Version,
                Type = new CaseType(
                    stamp.Stream.Id, created.Name, LegacyName, Internal: false, created.Statuses.Open, created.Statuses.InProgress, created.Statuses.Closed),
                Description = created.Description,
                Emoji = created.Emoji,
                CreatedAt = stamp.At,
            };
        }

        if (state is null || state.Version + 1 != stamp.Version)
        {
            throw new InvalidOperationException(
                $"Event {stamp.Version} ({fact.GetType().Name}) of case type {stamp.Stream.Id} does not follow on version {state?.Version ?? 0}.");
        }

        var next = state with { Version = stamp.Version };
        return fact switch
        {
            CaseTypeChanged e => next with { Type = state.Type with { Name = e.To.Name }, Description = e.To.Description, Emoji = e.To.Emoji },
            CaseTypeStatusesChanged e => next with
            {
                Type = state.Type with { Open = e.To.Open, InProgress = e.To.InProgress, Closed = e.To.Closed },
            },
            CaseTypeDeleted => next with { DeletedAt = stamp.At },
            AttributeDefined e => next with { Attributes = state.Attributes.Add(e.Attribute) },
            AttributeChanged e => next with { Attributes = state.Attributes.Replace(e.From, e.To) },
            AttributeRemoved e => next with { Attributes = state.Attributes.Remove(e.Attribute) },
            _ => throw new ArgumentException($"{fact.GetType().Name} has no arm in {nameof(CaseTypeEvolver)}.", nameof(fact)),
        };
    }
}
