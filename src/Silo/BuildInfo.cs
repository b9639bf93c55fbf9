namespace Switchboard.Silo;

/// <summary>Which build this is.</summary>
internal static class BuildInfo
{
    /// <summary>The product's version.</summary>
    public static string Version { get; } = typeof(BuildInfo).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
