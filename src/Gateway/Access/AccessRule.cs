namespace Switchboard.Gateway.Access;

/// <summary>What a caller must show to use an operation.</summary>
/// <param name="NeedsUser">Whether an application key is needed beside the API key.</param>
/// <param name="Permission">The permission that the user and the key must have, or null for none.</param>
internal sealed record AccessRule(bool NeedsUser, string? Permission)
{
    /// <summary>The API key alone.</summary>
    public static AccessRule ApiKeyOnly { get; } = new(false, null);

    /// <summary>Any user.</summary>
    public static AccessRule AnyUser { get; } = new(true, null);

    /// <summary>A user with this permission.</summary>
    public static AccessRule Needs(string permission) => new(true, permission);

    /// <summary>The key of a sender of alerts.</summary>
    public static AccessRule IntegrationKey { get; } = new(false, null) { IsOfSenders = true };

    /// <summary>Whether it is a sender's key that is needed.</summary>
    public bool IsOfSenders { get; private init; }

    /// <summary>The permission as a set; empty for none.</summary>
    public PermissionSet Required { get; } = Permission is null ? default : PermissionSet.Of(Permission);
}
