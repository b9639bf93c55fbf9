using System.Diagnostics;
using Orleans.Hosting;

namespace Orleans.Embedded.Tests;

public interface IFilteredGrain : IGrainWithStringKey
{
    Task<string> Say(string text);

    Task<string> SayThrough(string other, string text);
}

public sealed class FilteredGrain : Grain, IFilteredGrain, IIncomingGrainCallFilter
{
    public Task<string> Say(string text) => text == "fail" ? throw new CustomFailure(text) : Task.FromResult(text);

    public Task<string> SayThrough(string other, string text) => GrainFactory.GetGrain<IFilteredGrain>(other).Say(text);

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (context.Result is string text)
        {
            context.Result = text + " (own)";
        }
    }
}

public class FilterTests
{
    [Fact]
    public async Task Incoming_filters_run_in_order_of_registration_then_the_grains_own_then_the_method()
    {
        var order = new List<string>();
        await using var silo = await TestSilo.StartAsync(s => s
            .AddIncomingGrainCallFilter(c => Around(c, order, "first"))
            .AddIncomingGrainCallFilter(c => Around(c, order, "second")));

        (await silo.Client.GetGrain<IFilteredGrain>("a").Say("hi")).ShouldBe("hi (own)");

        order.ShouldBe(["first", "second", "second hi (own)", "first hi (own)"]);
    }

    [Fact]
    public async Task A_filter_sees_the_exception_and_may_replace_it()
    {
        await using var silo = await TestSilo.StartAsync(s => s.AddIncomingGrainCallFilter(async context =>
        {
            try
            {
                await context.Invoke();
            }
            catch (CustomFailure failure)
            {
                context.Result = "instead of " + failure.Message;
            }
        }));

        (await silo.Client.GetGrain<IFilteredGrain>("a").Say("fail")).ShouldBe("instead of fail");
    }

    [Fact]
    public async Task A_filter_that_neither_goes_on_nor_answers_is_called_broken()
    {
        await using var silo = await TestSilo.StartAsync(s => s.AddIncomingGrainCallFilter(_ => Task.CompletedTask));

        var failure = await Should.ThrowAsync<InvalidOperationException>(() => silo.Client.GetGrain<IFilteredGrain>("a").Say("hi"));

        failure.Message.ShouldContain("broken filter");
    }

    [Fact]
    public async Task Outgoing_filters_see_caller_arguments_and_result()
    {
        var seen = new List<string>();
        await using var silo = await TestSilo.StartAsync(s => s.AddOutgoingGrainCallFilter(async context =>
        {
            await context.Invoke();
            seen.Add($"{context.SourceId?.ToString() ?? "client"} -> {context.TargetId} {context.MethodName}({context.Request.GetArgument(0)}) = {context.Result}");
        }));

        await silo.Client.GetGrain<IFilteredGrain>("a").SayThrough("b", "hi");

        seen.ShouldBe([
            "filtered/a -> filtered/b Say(hi) = hi (own)",
            "client -> filtered/a SayThrough(b) = hi (own) (own)",
        ]);
    }

    [Fact]
    public async Task Traced_calls_have_a_client_span_and_a_server_span_in_one_trace()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("Microsoft.Orleans.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (spans)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var silo = await TestSilo.StartAsync(s => s.AddActivityPropagation());
        using var root = new Activity("root").Start();

        await silo.Client.GetGrain<IFilteredGrain>("traced").Say("hi");

        List<Activity> mine;
        lock (spans)
        {
            mine = spans.FindAll(s => s.TraceId == root.TraceId && s.OperationName.Contains('/'));
        }

        mine.Select(s => s.Kind).ShouldBe([ActivityKind.Server, ActivityKind.Client]);
        mine.ShouldAllBe(s => s.OperationName == "IFilteredGrain/Say");
        mine[0].ParentSpanId.ShouldBe(mine[1].SpanId);
        mine[1].ParentSpanId.ShouldBe(root.SpanId);
        mine[0].GetTagItem("orleans.rpc.target_id").ShouldBe("filtered/traced");
    }

    private static async Task Around(IIncomingGrainCallContext context, List<string> order, string name)
    {
        order.Add(name);
        await context.Invoke();
        order.Add($"{name} {context.Result}");
    }
}
