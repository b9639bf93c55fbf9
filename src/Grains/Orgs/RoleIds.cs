using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Switchboard.Orgs;

namespace Switchboard.Grains.Orgs;

/// <summary>
/// The ids under which the public API knows the built-in roles. They are the same in every organisation and installation: a UUID made
/// from the role's name (form of RFC 9562, version 8, over SHA-256).
/// </summary>
public static class RoleIds
{
    /// <summary>All roles in order of their names.</summary>
    public static ImmutableArray<(Guid Id, string Name)> All { get; } =
        [.. Roles.All.Order(StringComparer.Ordinal).Select(static name => (Make(name), name))];

    private static readonly FrozenDictionary<string, Guid> ByName =
        All.ToFrozenDictionary(static role => role.Name, static role => role.Id);

    private static readonly FrozenDictionary<Guid, string> ById =
        All.ToFrozenDictionary(static role => role.Id, static role => role.Name);

    /// <summary>The id of a role.</summary>
    public static Guid Of(string name) => ByName.TryGetValue(name, out var id) ? id : Make(name);

    /// <summary>The name of a role, or null for an id that is none's.</summary>
    public static string? NameOf(Guid id) => ById.GetValueOrDefault(id);

    private static Guid Make(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"switchboard role {name}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
