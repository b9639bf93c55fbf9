using System.Diagnostics;
using Orleans.Core.Internal;

namespace Orleans.Runtime;

/// <summary>
/// One span at the caller and one at the callee of every call, joined through the request context, with the names and tags of Orleans.
/// </summary>
internal abstract class ActivityPropagationFilter
{
    private protected static ActivitySource SourceOf(IGrainCallContext context)
    {
        var face = context.Request.GetInterfaceType();
        if (face == typeof(IGrainManagementExtension))
        {
            return ActivitySourcesOf.Lifecycle;
        }

        return face.Namespace?.StartsWith("Orleans", StringComparison.Ordinal) == true
            ? ActivitySourcesOf.Runtime
            : ActivitySourcesOf.Application;
    }

    private protected static async Task Run(IGrainCallContext context, Activity activity)
    {
        // https://opentelemetry.io/docs/specs/semconv/rpc/
        activity.SetTag("rpc.system.name", "orleans");
        activity.SetTag("orleans.rpc.service", context.InterfaceName);
        activity.SetTag("rpc.method", $"{context.InterfaceName}/{context.MethodName}");
        if (activity.IsAllDataRequested)
        {
            activity.SetTag("orleans.rpc.target_id", context.TargetId.ToString());
            if (context.SourceId is { } source)
            {
                activity.SetTag("orleans.rpc.source_id", source.ToString());
            }
        }

        try
        {
            await context.Invoke();
        }
        catch (Exception exception)
        {
            if (activity.IsAllDataRequested)
            {
                activity.SetStatus(ActivityStatusCode.Error);
                activity.SetTag("exception.type", exception.GetType().FullName);
                activity.SetTag("exception.message", exception.Message);
                activity.SetTag("exception.stacktrace", exception.ToString());
                activity.SetTag("exception.escaped", true);
            }

            throw;
        }
        finally
        {
            activity.Stop();
        }
    }
}

/// <summary>The caller's span.</summary>
internal sealed class OutgoingActivityFilter(DistributedContextPropagator propagator) : ActivityPropagationFilter, IOutgoingGrainCallFilter
{
    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (SourceOf(context).StartActivity(context.Request.GetActivityName(), ActivityKind.Client) is not { } activity)
        {
            return context.Invoke();
        }

        propagator.Inject(activity, null, static (_, key, value) => RequestContext.Set(key, value));
        return Run(context, activity);
    }
}

/// <summary>The callee's span.</summary>
internal sealed class IncomingActivityFilter(DistributedContextPropagator propagator) : ActivityPropagationFilter, IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (Create(context) is not { } activity)
        {
            return context.Invoke();
        }

        activity.Start();
        return Run(context, activity);
    }

    private static void Get(object? carrier, string key, out string? value, out IEnumerable<string>? values)
    {
        value = RequestContext.Get(key) as string;
        values = null;
    }

    private Activity? Create(IIncomingGrainCallContext context)
    {
        var source = SourceOf(context);
        var name = context.Request.GetActivityName();
        propagator.ExtractTraceIdAndState(null, Get, out var parent, out var state);
        if (string.IsNullOrEmpty(parent))
        {
            return source.CreateActivity(name, ActivityKind.Server);
        }

        var activity = ActivityContext.TryParse(parent, state, isRemote: true, out var parentContext)
            ? source.CreateActivity(name, ActivityKind.Server, parentContext)
            : source.CreateActivity(name, ActivityKind.Server, parent);
        if (activity is not null)
        {
            activity.TraceStateString = state;
            foreach (var item in propagator.ExtractBaggage(null, Get) ?? [])
            {
                activity.AddBaggage(item.Key, item.Value);
            }
        }

        return activity;
    }
}
