using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Switchboard.Cases;

namespace Switchboard.Grains.Intake;

/// <summary>What an alert does to a case. It is decided and stored once, and carried out under its own id, by which a repetition is recognised.</summary>
/// <param name="CaseId">The case.</param>
[JsonDerivedType(typeof(OpensCase), "open")]
[JsonDerivedType(typeof(CommentsCase), "comment")]
[JsonDerivedType(typeof(MovesCase), "status")]
[JsonDerivedType(typeof(RaisesCase), "priority")]
public abstract record CaseEffect(Guid CaseId);

/// <summary>Opens it.</summary>
public sealed record OpensCase(
    Guid CaseId,
    Guid ProjectId,
    Guid TypeId,
    string Title,
    string Description,
    CasePriority Priority,
    ImmutableSortedDictionary<string, ImmutableArray<string>> Attributes) : CaseEffect(CaseId);

/// <summary>Writes something into its timeline.</summary>
public sealed record CommentsCase(Guid CaseId, string Text) : CaseEffect(CaseId);

/// <summary>Brings it into a group of statuses.</summary>
public sealed record MovesCase(Guid CaseId, StatusGroup Group) : CaseEffect(CaseId);

/// <summary>Raises its priority.</summary>
public sealed record RaisesCase(Guid CaseId, CasePriority Priority) : CaseEffect(CaseId);

/// <summary>Ids that come out the same each time they are made. Form of RFC 9562, version 8, over SHA-256.</summary>
public static class DerivedId
{
    /// <summary>The id of a name.</summary>
    public static Guid Of(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>The stream of a dedup key.</summary>
    public static Guid OfStream(Guid orgId, Guid integrationId, string dedupKey) => Of($"intake {orgId:N} {integrationId:N} {dedupKey}");
}
