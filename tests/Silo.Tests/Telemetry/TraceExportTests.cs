using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Switchboard.Silo.Telemetry;

namespace Switchboard.Silo.Tests.Telemetry;

public sealed class TraceExportTests
{
    [Fact]
    public async Task Spans_reach_the_configured_collector_when_the_process_stops()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var received = Channel.CreateUnbounded<(string Path, byte[] Body)>();
        await using var collector = WebApplication.CreateSlimBuilder().Build();
        collector.Urls.Add("http://127.0.0.1:0");
        collector.MapPost("/{**path}", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            await received.Writer.WriteAsync((context.Request.Path, body.ToArray()), context.RequestAborted);
        });
        await collector.StartAsync(cancellationToken);
        var address = collector.Urls.First();
        using var export = new TraceExport(
            Options.Create(new TraceExportOptions { OtlpEndpoint = address + "/", ServiceName = "switchboard-test" }), NullLogger<TraceExport>.Instance);

        await export.StartAsync(cancellationToken);
        using (var source = new ActivitySource("Switchboard.Tests"))
        {
            source.StartActivity("open-case")!.Dispose();
        }

        await export.StopAsync(cancellationToken);

        var (path, bytes) = await received.Reader.ReadAsync(cancellationToken);
        path.ShouldBe("/v1/traces");
        var text = System.Text.Encoding.UTF8.GetString(bytes);
        text.ShouldContain("open-case");
        text.ShouldContain("switchboard-test");
    }

    [Fact]
    public async Task Without_an_endpoint_nothing_listens()
    {
        using var export = new TraceExport(Options.Create(new TraceExportOptions()), NullLogger<TraceExport>.Instance);
        await export.StartAsync(TestContext.Current.CancellationToken);
        using var source = new ActivitySource("Switchboard.Tests.Quiet");

        source.HasListeners().ShouldBeFalse();
    }
}
