using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Switchboard.Silo.Telemetry;

namespace Switchboard.Silo.Tests.Telemetry;

public sealed class RequestSpansTests
{
    [Fact]
    public async Task A_requests_span_carries_its_route_its_status_and_the_callers_trace()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        TraceExport.Prepare();
        var traceId = ActivityTraceId.CreateRandom();
        var stopped = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => Keep(activity),
        };
        ActivitySource.AddActivityListener(listener);
        await using var app = WebApplication.CreateSlimBuilder().Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.UseRequestSpans();
        app.MapGet("/cases/{id}", (string id) => id == "gone" ? Results.StatusCode(503) : Results.Ok());
        await app.StartAsync(cancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        http.DefaultRequestHeaders.Add("traceparent", $"00-{traceId}-0123456789abcdef-01");

        await http.GetAsync("/cases/7", cancellationToken);
        await http.GetAsync("/cases/gone", cancellationToken);
        await http.GetAsync("/elsewhere", cancellationToken);
        await app.StopAsync(cancellationToken);

        stopped.Select(activity => (activity.DisplayName, activity.GetTagItem("http.response.status_code"), activity.Status)).ShouldBe(
        [
            ("GET /cases/{id}", 200, ActivityStatusCode.Unset),
            ("GET /cases/{id}", 503, ActivityStatusCode.Error),
            ("GET", 404, ActivityStatusCode.Unset),
        ]);

        // Other tests of this process serve requests too.
        void Keep(Activity activity)
        {
            if (activity.TraceId == traceId)
            {
                stopped.Enqueue(activity);
            }
        }
    }
}
