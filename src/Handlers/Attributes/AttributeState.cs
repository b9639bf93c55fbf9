using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Switchboard.Handlers.Attributes;

/// <summary>A case as the flavor knows it.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="ProjectId">The project that its attributes count for.</param>
/// <param name="Version">The last event that was taken in.</param>
/// <param name="Attributes">Its attributes.</param>
/// <param name="Uncounted">Those that found no room: a key with the values that did not, or with none when the key itself did not.</param>
internal sealed record CaseState(
    Guid OrgId,
    Guid ProjectId,
    long Version,
    ImmutableSortedDictionary<string, ImmutableArray<string>> Attributes,
    ImmutableSortedDictionary<string, ImmutableArray<string>> Uncounted);

/// <summary>A project of an organisation.</summary>
internal readonly record struct ProjectName(Guid OrgId, Guid ProjectId);

/// <summary>A key among the attributes of a project's cases.</summary>
internal readonly record struct KeyName(ProjectName Project, string Key);

/// <summary>A value of a key.</summary>
internal readonly record struct ValueName(KeyName Key, string Value)
{
    /// <summary>What stands for the value in an index: the first half of its SHA-256.</summary>
    public static Guid DigestOf(string value) => new(SHA256.HashData(Encoding.UTF8.GetBytes(value)).AsSpan(0, 16), bigEndian: true);
}

/// <summary>What is counted of a project.</summary>
/// <param name="Keys">How many keys.</param>
/// <param name="Overflow">How often a case has a key that found no room.</param>
internal readonly record struct ProjectCount(int Keys, long Overflow);

/// <summary>What is counted of a key.</summary>
/// <param name="Cases">Cases that have it.</param>
/// <param name="Values">Values that are counted.</param>
/// <param name="Overflow">How often a case has a value that found no room.</param>
/// <param name="LastSeen">When a case last got it, or a value of it.</param>
internal readonly record struct KeyCount(long Cases, int Values, long Overflow, DateTimeOffset LastSeen);

/// <summary>What is counted of a value.</summary>
/// <param name="Cases">Cases that have it.</param>
/// <param name="LastSeen">When a case last got it.</param>
internal readonly record struct ValueCount(long Cases, DateTimeOffset LastSeen);
