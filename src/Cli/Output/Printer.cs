using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Switchboard.Cli.Output;

/// <summary>Prints what a command found: columns for people, JSON for programs.</summary>
internal sealed class Printer(TextWriter output, bool json)
{
    private static readonly JsonSerializerOptions _readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Prints a line, which programs do not get.</summary>
    public void Say(string line)
    {
        if (!json)
        {
            output.WriteLine(line);
        }
    }

    /// <summary>Prints one thing: a name and a value a line.</summary>
    public void One(params (string Name, object? Value)[] members)
    {
        if (json)
        {
            output.WriteLine(ToJson(members).ToJsonString(_readable));
            return;
        }

        var width = members.Max(static member => member.Name.Length);
        foreach (var (name, value) in members)
        {
            var lines = Text(value).Split('\n');
            output.WriteLine($"{name.PadRight(width)}  {string.Join($"\n{new string(' ', width + 2)}", lines)}".TrimEnd());
        }
    }

    /// <summary>Prints many things of a kind.</summary>
    public void Many<T>(IReadOnlyCollection<T> rows, string none, params (string Name, Func<T, object?> Value)[] columns)
    {
        if (json)
        {
            var all = new JsonArray([.. rows.Select(row => (JsonNode)ToJson([.. columns.Select(column => (column.Name, column.Value(row)))]))]);
            output.WriteLine(all.ToJsonString(_readable));
            return;
        }

        if (rows.Count == 0)
        {
            output.WriteLine(none);
            return;
        }

        string[][] cells = [[.. columns.Select(static column => column.Name.Replace('_', ' ').ToUpperInvariant())], .. rows.Select(row => columns.Select(column => OneLine(Text(column.Value(row)))).ToArray())];
        var widths = columns.Select((_, index) => cells.Max(row => row[index].Length)).ToArray();
        foreach (var row in cells)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, index) => cell.PadRight(widths[index]))).TrimEnd());
        }
    }

    private static JsonObject ToJson((string Name, object? Value)[] members)
    {
        var node = new JsonObject();
        foreach (var (name, value) in members)
        {
            node[name] = value switch
            {
                null => null,
                JsonNode ready => ready.DeepClone(),
                long number => JsonValue.Create(number),
                int number => JsonValue.Create(number),
                bool flag => JsonValue.Create(flag),
                _ => JsonValue.Create(Text(value)),
            };
        }

        return node;
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        bool flag => flag ? "yes" : "no",
        JsonNode node => node.ToJsonString(_readable),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    // What other systems wrote must not move the cursor of the terminal.
    private static string OneLine(string text)
    {
        const int most = 100;
        var first = text.Split('\n')[0];
        var line = new string([.. first.Select(static character => char.IsControl(character) ? ' ' : character)]);
        return line.Length <= most ? line : line[..(most - 1)] + "…";
    }
}
