using System.Globalization;
using System.Text.RegularExpressions;

namespace Switchboard.Grains.Search;

/// <summary>Which attribute values are numbers: the same for the evaluator and for SQL.</summary>
public static partial class AttributeNumber
{
    /// <summary>As a regular expression that .NET and PostgreSQL read alike. Digits are bounded so that every number fits <see cref="decimal"/>.</summary>
    public const string Pattern = "^-?[0-9]{1,16}([.][0-9]{1,12})?$";

    /// <summary>Whether a text is a number.</summary>
    public static bool IsNumber(string text) => !text.EndsWith('\n') && Number().IsMatch(text); // .NET's $ stands before a last line feed too

    /// <summary>
    /// A number as its shortest form without an exponent, <c>1e3</c> and <c>1000.0</c> both as <c>1000</c>; null for what is no number, or one
    /// with more digits than <see cref="Pattern"/> allows.
    /// </summary>
    public static string? Shortest(string text)
    {
        const NumberStyles Form = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!decimal.TryParse(text, Form, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var shortest = number == 0 ? "0" : number.ToString("0.############################", CultureInfo.InvariantCulture);
        return IsNumber(shortest) ? shortest : null;
    }

    [GeneratedRegex(Pattern, RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
