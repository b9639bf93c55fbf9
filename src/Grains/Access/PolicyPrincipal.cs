namespace Switchboard.Grains.Access;

/// <summary>One of those whom a policy names.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Its id.</param>
public readonly record struct PolicyPrincipal(PrincipalKind Kind, Guid Id)
{
    /// <summary>Reads <c>user:0c2f...</c>; null when the text is no principal.</summary>
    public static PolicyPrincipal? Parse(string? text)
    {
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon < 0 || !Guid.TryParseExact(text.AsSpan(colon + 1), "D", out var id))
        {
            return null;
        }

        return text![..colon] switch
        {
            "user" => new(PrincipalKind.User, id),
            "role" => new(PrincipalKind.Role, id),
            "team" => new(PrincipalKind.Team, id),
            "org" => new(PrincipalKind.Org, id),
            _ => null,
        };
    }

    /// <summary>The principal's text in the one form in which it is stored.</summary>
    public override string ToString() => $"{Kind switch
    {
        PrincipalKind.User => "user",
        PrincipalKind.Role => "role",
        PrincipalKind.Team => "team",
        _ => "org",
    }}:{Id:D}";
}

/// <summary>What a policy can name.</summary>
public enum PrincipalKind
{
    /// <summary>A person.</summary>
    User = 0,

    /// <summary>Everybody who has a role.</summary>
    Role = 1,

    /// <summary>Everybody in a team.</summary>
    Team = 2,

    /// <summary>Everybody in the organisation.</summary>
    Org = 3,
}
