namespace Switchboard.EndToEnd.Instances;

/// <summary>Where the checked-out repository lies, found from the test's own place in it.</summary>
internal static class Repository
{
    /// <summary>The root.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The script.</summary>
    public static string Dev => Path.Combine(Root, "dev");

    /// <summary>The host as <c>./dev up</c> runs it.</summary>
    public static string Host => Path.Combine(Root, "src", "Silo", "bin", "Release", "net10.0", "Switchboard.Silo.dll");

    /// <summary>What <c>./dev cli</c> runs.</summary>
    public static string Cli => Path.Combine(Root, "src", "Cli", "bin", "Release", "net10.0", "case-cli.dll");

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "Orleans.sln")) ? folder
        : Path.GetDirectoryName(folder) is { } parent ? Find(parent)
        : throw new InvalidOperationException("The tests do not run inside the repository.");
}
