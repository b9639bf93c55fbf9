using System.Collections.Frozen;
using System.Collections.Immutable;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Access;

/// <summary>A set of permissions as bits, so that a check is one instruction.</summary>
internal readonly record struct PermissionSet(ulong Bits)
{
    private static readonly FrozenDictionary<string, ulong> BitOf = Permissions.All
        .Order(StringComparer.Ordinal)
        .Select((name, index) => (name, bit: 1UL << index))
        .ToFrozenDictionary(pair => pair.name, pair => pair.bit, StringComparer.Ordinal);

    public static PermissionSet All { get; } = new(BitOf.Values.Aggregate((all, bit) => all | bit));

    /// <summary>The permissions of these names; a name that is none gives nothing.</summary>
    public static PermissionSet Of(ImmutableArray<string> names)
    {
        var bits = 0UL;
        foreach (var name in names)
        {
            bits |= BitOf.GetValueOrDefault(name);
        }

        return new PermissionSet(bits);
    }

    /// <summary>The one permission of this name.</summary>
    /// <exception cref="ArgumentException">There is no such permission: an operation was declared with a misspelt one.</exception>
    public static PermissionSet Of(string name) => BitOf.TryGetValue(name, out var bit)
        ? new PermissionSet(bit)
        : throw new ArgumentException($"'{name}' is not one of {nameof(Permissions)}.{nameof(Permissions.All)}.", nameof(name));

    /// <summary>What a user may do with a key: the union of the roles' permissions, cut down to the key's scopes if any.</summary>
    public static PermissionSet Of(UserSnapshot user, ImmutableArray<string> scopes)
    {
        var granted = user.Roles.Aggregate(default(PermissionSet), (all, role) => all | Of(Roles.PermissionsOf(role)));
        return scopes.IsDefaultOrEmpty ? granted : granted & Of(scopes);
    }

    public bool Contains(PermissionSet other) => (Bits & other.Bits) == other.Bits;

    public static PermissionSet operator |(PermissionSet left, PermissionSet right) => new(left.Bits | right.Bits);

    public static PermissionSet operator &(PermissionSet left, PermissionSet right) => new(left.Bits & right.Bits);
}
