using System.Collections.Immutable;
using System.Net;
using System.Text.RegularExpressions;
using Switchboard.Commands;
using Switchboard.Grains.PublicAddresses;
using Switchboard.Grains.Webhooks;

namespace Switchboard.Handlers.Webhooks;

/// <summary>What a webhook may be made of.</summary>
internal static partial class WebhookRules
{
    private const int LongestUrl = 2048;
    private const int MostFilters = 100;

    /// <summary>Why the settings cannot be taken, or null. Null parts are not looked at.</summary>
    public static DomainError? Check(WebhookSettings settings, WebhookOptions options) =>
        (settings.Name is { } name ? CheckName(name) : null)
        ?? (settings.Url is { } url ? CheckUrl(url, options) : null)
        ?? (settings.EventTypes is { } types ? CheckTypes(types) : null)
        ?? (settings.ProjectIds is { Length: > MostFilters } ? DomainError.Invalid($"at most {MostFilters} projects can be named; name none for all") : null);

    private static DomainError? CheckName(string name) =>
        string.IsNullOrWhiteSpace(name) || name.Length > Limits.Name || name.Any(char.IsControl)
            ? DomainError.Invalid($"the name must have 1 to {Limits.Name} characters, none of them a control character")
            : null;

    private static DomainError? CheckUrl(string text, WebhookOptions options)
    {
        if (text.Length > LongestUrl || !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0)
        {
            return DomainError.Invalid($"the url must be an absolute address of at most {LongestUrl} characters, such as https://example.com/hooks");
        }

        if (url.Scheme != Uri.UriSchemeHttps && !(options.AllowHttp && url.Scheme == Uri.UriSchemeHttp))
        {
            return DomainError.Invalid("the url must begin with https://");
        }

        if (url.UserInfo.Length > 0 || url.Fragment.Length > 0)
        {
            return DomainError.Invalid("the url must have neither a user nor a fragment; the signature proves who sends");
        }

        // A name is judged when it is connected to; an address can be judged now.
        return !options.AllowPrivateAddresses && IPAddress.TryParse(url.IdnHost, out var address) && !AddressRules.IsPublic(address)
            ? DomainError.Invalid("the url's address is private or reserved; webhooks go to public addresses only")
            : null;
    }

    private static DomainError? CheckTypes(ImmutableArray<string> types) =>
        types.Length > MostFilters || types.Any(type => !TypeName().IsMatch(type))
            ? DomainError.Invalid($"event_types must be at most {MostFilters} names such as case.status_changed; name none for all")
            : null;

    [GeneratedRegex("^[a-z][a-z_]{0,63}\\.[a-z][a-z_]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex TypeName();
}
