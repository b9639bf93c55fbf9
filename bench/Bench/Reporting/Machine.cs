using System.Globalization;
using System.Runtime.InteropServices;

namespace Switchboard.Bench.Reporting;

/// <summary>What the figures were measured on: without it a figure means nothing.</summary>
internal static class Machine
{
    /// <summary>Cores, memory, processor, system, runtime and the load that others made at the start.</summary>
    public static object Describe() => new
    {
        cores = Environment.ProcessorCount,
        memory_gb = Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9, 1),
        processor = FirstLine("/proc/cpuinfo", "model name")?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString(),
        system = RuntimeInformation.OSDescription,
        runtime = RuntimeInformation.FrameworkDescription,
        load_average = LoadAverage(),
    };

    private static double? LoadAverage()
    {
        var line = FirstLine("/proc/loadavg", "");
        return line is null ? null : double.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture);
    }

    private static string? FirstLine(string file, string start) =>
        File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal)) : null;
}
