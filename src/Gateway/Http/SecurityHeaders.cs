using Microsoft.AspNetCore.Http;

namespace Switchboard.Gateway.Http;

/// <summary>Headers that keep answers from being run, framed, guessed at or kept by browsers and caches.</summary>
internal static class SecurityHeaders
{
    private const string NothingAllowed = "default-src 'none'; frame-ancestors 'none'";

    private const string OwnPageOnly =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>For JSON answers.</summary>
    public static void SetForData(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = NothingAllowed;
    }

    /// <summary>For the documentation page and its parts.</summary>
    public static void SetForPage(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-cache";
        headers.ContentSecurityPolicy = OwnPageOnly;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }
}
