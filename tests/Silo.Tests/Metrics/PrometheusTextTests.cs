using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Switchboard.Silo.Tests.Metrics;

public sealed class PrometheusTextTests : IDisposable
{
    private readonly MetricsPage _page = new();

    public void Dispose() => _page.Dispose();

    [Fact]
    public void A_counter_adds_up_per_label()
    {
        var counter = _page.Meter.CreateCounter<long>("cases.opened", "{case}", "Cases opened.");
        counter.Add(2, new KeyValuePair<string, object?>("source", "api"));
        counter.Add(3, new KeyValuePair<string, object?>("source", "api"));
        counter.Add(1, new KeyValuePair<string, object?>("source", "mail"));

        _page.Lines().ShouldBe(
        [
            "# HELP cases_opened_total Cases opened.",
            "# TYPE cases_opened_total counter",
            "cases_opened_total{source=\"api\"} 5",
            "cases_opened_total{source=\"mail\"} 1",
        ]);
    }

    [Fact]
    public void OpenMetrics_names_a_counters_family_without_total_and_ends_with_a_mark()
    {
        _page.Meter.CreateCounter<double>("time.spent", "s", "Time.").Add(1.5);

        _page.Lines(openMetrics: true).ShouldBe(
        [
            "# HELP time_spent_seconds Time.",
            "# TYPE time_spent_seconds counter",
            "# UNIT time_spent_seconds seconds",
            "time_spent_seconds_total 1.5",
            "# EOF",
        ]);
    }

    [Fact]
    public void A_histograms_buckets_count_upwards_and_include_their_bound()
    {
        var histogram = _page.Meter.CreateHistogram(
            "wait", "s", "Wait.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var value in new[] { 0.05, 0.1, 0.5, 7 })
        {
            histogram.Record(value);
        }

        _page.Lines()[2..].ShouldBe(
        [
            "wait_seconds_bucket{le=\"0.1\"} 2",
            "wait_seconds_bucket{le=\"1\"} 3",
            "wait_seconds_bucket{le=\"+Inf\"} 4",
            "wait_seconds_sum 7.65",
            "wait_seconds_count 4",
        ]);
    }

    [Fact]
    public void Milliseconds_are_shown_as_seconds()
    {
        _page.Meter.CreateHistogram(
            "wait", "ms", "Wait.", tags: null, new InstrumentAdvice<long> { HistogramBucketBoundaries = [100] }).Record(50L);

        _page.Lines()[2..].ShouldBe(
            ["wait_seconds_bucket{le=\"0.1\"} 1", "wait_seconds_bucket{le=\"+Inf\"} 1", "wait_seconds_sum 0.05", "wait_seconds_count 1"]);
    }

    [Fact]
    public void Label_values_are_escaped_and_label_names_made_valid()
    {
        _page.Meter.CreateGauge<int>("odd").Record(1, new KeyValuePair<string, object?>("a.b-c", "say \"x\"\\\nend"), new("flag", true));

        _page.Lines().ShouldContain("odd{a_b_c=\"say \\\"x\\\"\\\\\\nend\",flag=\"true\"} 1");
    }

    [Fact]
    public void A_connection_pools_label_tells_neither_host_nor_user()
    {
        _page.Meter.CreateGauge<int>("connections").Record(
            1, new KeyValuePair<string, object?>("db.client.connection.pool.name", "Host=db.internal;Username=u;Database=cases;Application Name=writer"));

        _page.Lines().ShouldContain("connections{db_client_connection_pool_name=\"cases/writer\"} 1");
    }

    [Fact]
    public void The_order_in_which_labels_are_given_does_not_make_another_series()
    {
        var counter = _page.Meter.CreateCounter<int>("calls");
        counter.Add(1, new("a", 1), new KeyValuePair<string, object?>("b", 2));
        counter.Add(1, new("b", 2), new KeyValuePair<string, object?>("a", 1));

        _page.Lines().ShouldContain("calls_total{a=\"1\",b=\"2\"} 2");
    }

    [Fact]
    public void An_observable_shows_its_present_value_and_drops_what_it_no_longer_reports()
    {
        List<Measurement<int>> present = [new(3, new KeyValuePair<string, object?>("pool", "a")), new(4, new KeyValuePair<string, object?>("pool", "b"))];
        _page.Meter.CreateObservableGauge("connections", () => present);
        _page.Lines().Count(line => line.StartsWith("connections{", StringComparison.Ordinal)).ShouldBe(2);

        present = [new(7, new KeyValuePair<string, object?>("pool", "b"))];

        _page.Lines().Where(line => line.StartsWith("connections{", StringComparison.Ordinal)).ShouldBe(["connections{pool=\"b\"} 7"]);
    }

    [Fact]
    public void Beyond_the_cap_label_combinations_are_added_up_as_overflow()
    {
        using var page = new MetricsPage(maxSeries: 10);
        var counter = page.Meter.CreateCounter<int>("calls");
        for (var i = 0; i < 1000; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("user", i));
        }

        counter.Add(1, new KeyValuePair<string, object?>("user", 5));

        var samples = page.Lines().Where(line => line.StartsWith("calls_total{", StringComparison.Ordinal)).ToList();
        samples.Count.ShouldBe(11);
        samples.ShouldContain("calls_total{user=\"5\"} 2");
        samples.ShouldContain("calls_total{overflow=\"true\"} 990");
    }

    [Fact]
    public async Task Counts_of_many_threads_are_all_there()
    {
        var counter = _page.Meter.CreateCounter<long>("calls");
        var histogram = _page.Meter.CreateHistogram<double>("latency", "s");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                counter.Add(1, new KeyValuePair<string, object?>("kind", i % 3));
                histogram.Record(0.5);
            }
        })));

        var lines = _page.Lines();
        lines.Where(line => line.StartsWith("calls_total{", StringComparison.Ordinal))
            .Sum(line => long.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(160_000);
        lines.ShouldContain("latency_seconds_count 160000");
        lines.ShouldContain("latency_seconds_sum 80000");
    }

    [Fact]
    public void A_measurement_of_a_known_series_allocates_nothing()
    {
        var counter = _page.Meter.CreateCounter<long>("calls");
        var histogram = _page.Meter.CreateHistogram<double>("latency", "s");
        Measure(10);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Measure(1000);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Measure(int times)
        {
            for (var i = 0; i < times; i++)
            {
                counter.Add(1, new("route", "/x"), new KeyValuePair<string, object?>("method", "GET"));
                histogram.Record(0.01, new KeyValuePair<string, object?>("route", "/x"));
            }
        }
    }

    [Fact]
    public void A_traced_measurement_leaves_its_trace_as_an_exemplar()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "exemplar-test",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("exemplar-test");
        var histogram = _page.Meter.CreateHistogram<double>("latency", "s");
        using (var activity = source.StartActivity("request"))
        {
            histogram.Record(0.003);
            _page.Lines(openMetrics: true).ShouldContain(line =>
                line.StartsWith($"latency_seconds_bucket{{le=\"0.005\"}} 1 # {{trace_id=\"{activity!.TraceId}\"", StringComparison.Ordinal));
        }

        _page.Text().ShouldNotContain("trace_id");
    }

    [Fact]
    public void Meters_that_are_not_asked_for_or_belong_to_another_host_are_left_out()
    {
        using var foreign = new Meter("Somebody.Else");
        foreign.CreateCounter<int>("foreign").Add(1);
        using var otherHost = new ServiceCollection().AddMetrics().BuildServiceProvider();
        otherHost.GetRequiredService<IMeterFactory>().Create("Switchboard.Tests").CreateCounter<int>("neighbour").Add(1);

        _page.Text().ShouldBeEmpty();
    }
}
