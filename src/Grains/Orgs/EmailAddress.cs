using Switchboard.Commands;
using Switchboard.Grains.Aggregates;

namespace Switchboard.Grains.Orgs;

/// <summary>
/// The e-mail addresses that we take: RFC 5321's dot-string local part (no quoted ones) and a host name of letters, digits and
/// hyphens, also of one label. Whether mail arrives there is another question.
/// </summary>
internal static class EmailAddress
{
    private const int LocalPart = 64;
    private const int Label = 63;

    /// <summary>Null when the text is an address.</summary>
    public static DomainError? Check(string? email) =>
        TextRules.Required("email", email, Limits.Email)
        ?? (IsAddress(email!) ? null : DomainError.Invalid("email is not a valid e-mail address; it must look like name@example.com"));

    /// <summary>The form in which addresses are kept and compared.</summary>
    public static string Normalise(string email) => email.ToLowerInvariant();

    private static bool IsAddress(ReadOnlySpan<char> email)
    {
        var at = email.IndexOf('@');
        return at is > 0 and <= LocalPart
            && IsDotted(email[..at], LocalPart, static c => char.IsLetterOrDigit(c) || "!#$%&'*+/=?^_`{|}~-".Contains(c))
            && IsDotted(email[(at + 1)..], Label, static c => char.IsLetterOrDigit(c) || c == '-')
            && !HasLooseHyphen(email[(at + 1)..]);
    }

    private static bool IsDotted(ReadOnlySpan<char> text, int part, Func<char, bool> allowed)
    {
        foreach (var range in text.Split('.'))
        {
            var piece = text[range];
            if (piece.Length == 0 || piece.Length > part)
            {
                return false;
            }

            foreach (var c in piece)
            {
                if (!allowed(c))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool HasLooseHyphen(ReadOnlySpan<char> host) =>
        host[0] == '-' || host[^1] == '-' || host.Contains(".-", StringComparison.Ordinal) || host.Contains("-.", StringComparison.Ordinal);
}
