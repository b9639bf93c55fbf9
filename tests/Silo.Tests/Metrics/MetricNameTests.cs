using System.Diagnostics.Metrics;
using Switchboard.Silo.Metrics;

namespace Switchboard.Silo.Tests.Metrics;

public sealed class MetricNameTests : IDisposable
{
    private readonly Meter _meter = new("names");

    public void Dispose() => _meter.Dispose();

    [Theory]
    [InlineData("http.server.request.duration", "s", "http_server_request_duration_seconds")]
    [InlineData("grain.call.latency", "ms", "grain_call_latency_seconds")]
    [InlineData("store.batch", "{event}", "store_batch")]
    [InlineData("orleans-appRequests", null, "orleans_app_requests")]
    [InlineData("answer.size", "By", "answer_size_bytes")]
    [InlineData("2xx", null, "_2xx")]
    public void A_histogram_is_named_in_snake_case_with_its_base_unit(string name, string? unit, string expected) =>
        MetricName.Of(_meter.CreateHistogram<double>(name, unit)).Sample.ShouldBe(expected);

    [Theory]
    [InlineData("events.appended", "{event}", "events_appended_total")]
    [InlineData("process.cpu", "s", "process_cpu_seconds_total")]
    [InlineData("already_total", null, "already_total")]
    [InlineData("work_item.count", "{work_item}", "work_item_total")]
    public void A_counter_ends_in_total(string name, string? unit, string expected) =>
        MetricName.Of(_meter.CreateCounter<long>(name, unit)).Sample.ShouldBe(expected);

    [Fact]
    public void A_gauge_never_ends_in_count_because_that_belongs_to_histograms() =>
        MetricName.Of(_meter.CreateUpDownCounter<long>("assembly.count", "{assembly}")).Sample.ShouldBe("assembly_current");

    [Theory]
    [InlineData("dotnet.thread_pool.thread.count")]
    [InlineData("dotnet.thread_pool.queue.length")]
    public void What_the_runtime_publishes_as_a_counter_though_it_falls_is_a_gauge(string name) =>
        MetricName.Of(_meter.CreateObservableCounter(name, () => 1L)).Kind.ShouldBe(MetricKind.Gauge);

    [Fact]
    public void A_percentage_becomes_a_ratio()
    {
        var name = MetricName.Of(_meter.CreateGauge<double>("cpu.use", "%"));
        name.Sample.ShouldBe("cpu_use_ratio");
        name.Scale.ShouldBe(0.01);
    }
}
