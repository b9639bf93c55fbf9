using System.Globalization;

namespace Switchboard.Bench.Reporting;

/// <summary>Prints figures for people.</summary>
internal static class Table
{
    /// <summary>One line a figure: name, value, bound, verdict.</summary>
    public static void Print(string bench, IReadOnlyList<Figure> figures, TextWriter output)
    {
        var width = Math.Max(20, figures.Max(figure => figure.Name.Length));
        output.WriteLine();
        output.WriteLine($"{bench.PadRight(width)}  {"measured",22}  {"wanted",22}");
        foreach (var figure in figures)
        {
            var verdict = (figure.AtLeast, figure.AtMost) is (null, null) ? "" : figure.Ok ? "ok" : "MISSED";
            output.WriteLine($"{figure.Name.PadRight(width)}  {Number(figure.Value) + " " + figure.Unit,22}  {Wanted(figure),22}  {verdict}");
        }
    }

    private static string Wanted(Figure figure) => (figure.AtLeast, figure.AtMost) switch
    {
        (null, null) => "-",
        ({ } least, null) => ">= " + Number(least),
        (null, { } most) => "<= " + Number(most),
        ({ } least, { } most) => Number(least) + " to " + Number(most),
    };

    private static string Number(double value) => Math.Abs(value) switch
    {
        >= 1000 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
