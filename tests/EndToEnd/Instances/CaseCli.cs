using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Switchboard.EndToEnd.Instances;

/// <summary><c>case-cli</c> as an operator runs it, on the instance of a data folder.</summary>
internal static class CaseCli
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Runs a command that must succeed; what it printed as JSON.</summary>
    public static async Task<JsonNode> RunAsync(DataRoot data, params string[] arguments)
    {
        var (exitCode, output, errors) = await TryAsync(data, [.. arguments, "--json"]);
        exitCode.ShouldBe(0, $"case-cli {string.Join(' ', arguments)}: {errors}{output}");
        return JsonNode.Parse(output)!;
    }

    /// <summary>Runs a command.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> TryAsync(DataRoot data, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Repository.Cli, .. arguments, "--data", data.Path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_TieredPGO"] = "0" },
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        return (process.ExitCode, await output, await errors);
    }
}
