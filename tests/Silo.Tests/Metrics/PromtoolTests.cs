using System.Diagnostics;
using Switchboard.Silo.Metrics;

namespace Switchboard.Silo.Tests.Metrics;

public sealed class PromtoolTests
{
    [Fact]
    public async Task Promtool_accepts_the_runtimes_and_our_own_metrics()
    {
        using var page = new MetricsPage(500, "Switchboard", "System.Runtime");
        using var process = new ProcessMetrics(page.Factory, "0.1.0", "Embedded");
        page.Meter.CreateHistogram<double>("switchboard.wait", "ms", "Wait.").Record(3, new KeyValuePair<string, object?>("kind", "a\"b"));
        page.Meter.CreateCounter<long>("switchboard.done", "{thing}", "Things done.").Add(1);

        var (exitCode, output) = await Promtool.CheckAsync(page.Text(), TestContext.Current.CancellationToken);

        output.ShouldBeEmpty();
        exitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Promtool_finds_fault_with_a_bad_page()
    {
        var (exitCode, _) = await Promtool.CheckAsync("bad_count{ 1\n", TestContext.Current.CancellationToken);

        exitCode.ShouldNotBe(0);
    }

    private static class Promtool
    {
        public static async Task<(int ExitCode, string Output)> CheckAsync(string page, CancellationToken cancellationToken)
        {
            var program = Environment.GetEnvironmentVariable("SWITCHBOARD_TEST_PROMTOOL");
            Assert.SkipWhen(
                string.IsNullOrEmpty(program),
                "promtool is neither installed nor to be had from apt; ./dev test names it in SWITCHBOARD_TEST_PROMTOOL");
            using var promtool = Process.Start(new ProcessStartInfo(program!, ["check", "metrics"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            await promtool.StandardInput.WriteAsync(page.AsMemory(), cancellationToken);
            promtool.StandardInput.Close();
            var output = await Task.WhenAll(
                promtool.StandardOutput.ReadToEndAsync(cancellationToken), promtool.StandardError.ReadToEndAsync(cancellationToken));
            await promtool.WaitForExitAsync(cancellationToken);
            return (promtool.ExitCode, string.Concat(output));
        }
    }
}
