using System.Globalization;

namespace Switchboard.Bench.Gateway;

/// <summary>Seconds of CPU that a host and its private database have used, as the kernel counts them.</summary>
/// <param name="Process">The host.</param>
/// <param name="Database">All processes of PostgreSQL, those that have ended included.</param>
internal readonly record struct SiloUse(double Process, double Database)
{
    private const double TicksPerSecond = 100; // sysconf(_SC_CLK_TCK), 100 on every Linux that .NET runs on

    // Of /proc/PID/stat behind the name, as numbered there from the state on: utime, stime, and those of children that have ended.
    private const int ParentField = 1, UserField = 11, KernelField = 12, ChildrenUserField = 13, ChildrenKernelField = 14;

    public static SiloUse operator -(SiloUse after, SiloUse before) => new(after.Process - before.Process, after.Database - before.Database);

    /// <summary>What a host and the database below a folder have used until now.</summary>
    public static SiloUse Of(int process, string data)
    {
        var pidFile = Directory.EnumerateFiles(data, "postmaster.pid", SearchOption.AllDirectories).First();
        var postmaster = int.Parse(File.ReadLines(pidFile).First(), CultureInfo.InvariantCulture);
        var database = Sum(StatOf(postmaster)!, UserField, KernelField, ChildrenUserField, ChildrenKernelField);
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(static one => char.IsAsciiDigit(Path.GetFileName(one)[0])))
        {
            if (StatOf(int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)) is { } stat
                && int.Parse(stat[ParentField], CultureInfo.InvariantCulture) == postmaster)
            {
                database += Sum(stat, UserField, KernelField);
            }
        }

        return new SiloUse(Sum(StatOf(process)!, UserField, KernelField), database);
    }

    private static double Sum(string[] stat, params ReadOnlySpan<int> fields)
    {
        var ticks = 0L;
        foreach (var field in fields)
        {
            ticks += long.Parse(stat[field], CultureInfo.InvariantCulture);
        }

        return ticks / TicksPerSecond;
    }

    private static string[]? StatOf(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return null;
        }
    }
}
