using System.Text.RegularExpressions;

namespace Switchboard.Grains.Search;

/// <summary>Which attribute values are numbers: the same for the evaluator and for SQL.</summary>
public static partial class AttributeNumber
{
    /// <summary>As a regular expression that .NET and PostgreSQL read alike. Digits are bounded so that every number fits <see cref="decimal"/>.</summary>
    public const string Pattern = "^-?[0-9]{1,14}([.][0-9]{1,12})?$";

    /// <summary>Whether a text is a number.</summary>
    public static bool IsNumber(string text) => !text.EndsWith('\n') && Number().IsMatch(text); // .NET's $ stands before a last line feed too

    [GeneratedRegex(Pattern, RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
