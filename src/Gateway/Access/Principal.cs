using Switchboard.Gateway.Limits;
using Switchboard.Grains.Intake;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Access;

/// <summary>Who calls, as established by the request's keys. Immutable, shared by all requests with the same keys.</summary>
/// <param name="ApiKey">The key that names the organisation; a personal token where it stands alone.</param>
/// <param name="ApplicationKey">The key or token that names the user, or null where the operation takes the API key alone.</param>
/// <param name="User">The user, or null likewise.</param>
/// <param name="Permissions">What the user may do with this key.</param>
/// <param name="Budget">The request limits that apply.</param>
internal sealed record Principal(
    KeySnapshot ApiKey,
    KeySnapshot? ApplicationKey,
    UserSnapshot? User,
    PermissionSet Permissions,
    RequestBudget Budget)
{
    public Guid OrgId => ApiKey.OrgId;

    /// <summary>The sender of alerts that calls with its own key, or null.</summary>
    public Integration? Sender { get; init; }

    /// <summary>Whether the caller shows a personal token.</summary>
    public bool ShowsToken => ApplicationKey is { Kind: KeyKind.PersonalToken };

    /// <summary>The user's id.</summary>
    /// <exception cref="InvalidOperationException">The operation takes the API key alone.</exception>
    public Guid UserId => User?.Id ?? throw new InvalidOperationException("This operation was declared without a user.");
}
