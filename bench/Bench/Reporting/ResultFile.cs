using System.Text.Json;
using System.Text.Json.Serialization;

namespace Switchboard.Bench.Reporting;

/// <summary>Writes <c>bench/results/NAME.json</c>: what was measured, when, and on which machine.</summary>
internal static class ResultFile
{
    private static readonly JsonSerializerOptions Layout = new()
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Writes the file and returns its path.</summary>
    public static string Write(string folder, string bench, IReadOnlyList<Figure> figures, DateTimeOffset at)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, bench + ".json");
        File.WriteAllText(path, JsonSerializer.Serialize(new { bench, at, machine = Machine.Describe(), figures }, Layout) + "\n");
        return path;
    }
}
