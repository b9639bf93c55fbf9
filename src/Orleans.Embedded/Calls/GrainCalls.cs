using System.Diagnostics;
using Orleans.CodeGeneration;
using Orleans.Serialization;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>
/// Sends requests to activations. A call to an idle activation runs its first turn right here, on the caller's thread; if the method
/// then completes without waiting, its own task is the answer and nothing else is allocated.
/// </summary>
internal sealed class GrainCalls(SiloRuntime silo) : IGrainReferenceRuntime
{
    public void InvokeMethod(GrainReference reference, IInvokable request, InvokeMethodOptions options) =>
        SendOneWay(reference, (RequestBase)request);

    public ValueTask InvokeMethodAsync(GrainReference reference, IInvokable request, InvokeMethodOptions options) =>
        Send(reference, (RequestBase)request);

    public ValueTask<T?> InvokeMethodAsync<T>(GrainReference reference, IInvokable request, InvokeMethodOptions options) =>
        Send<T>(reference, (RequestBase)request);

    public object Cast(IAddressable grain, Type interfaceType) => silo.Factory.Cast(GrainExtensions.ReferenceOf(grain), interfaceType);

    internal ValueTask<T?> Send<T>(GrainReference reference, RequestBase request)
    {
        if (request.IsOneWay)
        {
            SendOneWay(reference, request);
            return default;
        }

        return new ValueTask<T?>((Task<T?>)(silo.Filters.HasOutgoing
            ? silo.Filters.InvokeOutgoing<T>(reference, request)
            : Transmit<T>(reference, request)));
    }

    internal ValueTask Send(GrainReference reference, RequestBase request)
    {
        if (request.IsOneWay)
        {
            SendOneWay(reference, request);
            return default;
        }

        return new ValueTask(silo.Filters.HasOutgoing
            ? silo.Filters.InvokeOutgoing<Nothing>(reference, request)
            : Transmit<Nothing>(reference, request));
    }

    /// <summary>Sends a request past the outgoing filters. The task carries the result.</summary>
    internal Task Transmit<T>(GrainReference reference, RequestBase request)
    {
        var type = Begin(reference, request);
        var token = request.IsCancellable ? request.GetCancellationToken() : default;
        if (token.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(token);
        }

        var inline = InlineCalls.TryEnter(request.Statistics);
        if (inline)
        {
            var ran = RunHere(reference, request, type);
            InlineCalls.Leave();
            if (ran && Volatile.Read(ref request.Answer) is Task finished)
            {
                request.Statistics.RanInline(Stopwatch.GetTimestamp() - request.SentAt);
                request.Recycle();
                return finished;
            }

            return Wait<T>(request, token, alreadySent: ran);
        }

        return Wait<T>(request, token, alreadySent: false);
    }

    internal void SendOneWay(GrainReference reference, RequestBase request)
    {
        Begin(reference, request);
        request.Answer = RequestBase.NoAnswer;
        Dispatch(request, ActivationOf(reference, request.GrainType!, out var created), created);
    }

    /// <summary>Hands a request to an activation, or to the next one if that is gone.</summary>
    internal void Deliver(RequestBase request, Activation activation)
    {
        if (!activation.TryEnqueue(request))
        {
            Redeliver(request);
        }
    }

    /// <summary>Finds the activation anew and hands the request over.</summary>
    internal void Redeliver(RequestBase request)
    {
        var activation = Find(request.GrainType!, request.Key, out var created);
        Dispatch(request, activation, created);
    }

    private static Activation Find(GrainTypeContext type, IdSpan key, out bool created) =>
        type.Workers is null ? type.Activations.GetOrAdd(key, out created) : type.Workers.Choose(key, out created);

    private static Activation ActivationOf(GrainReference reference, GrainTypeContext type, out bool created)
    {
        if (type.Workers is not null)
        {
            return type.Workers.Choose(reference.Key, out created);
        }

        created = false;
        var activation = reference.Target;
        if (activation is null || !activation.IsAlive)
        {
            activation = type.Activations.GetOrAdd(reference.Key, out created);
            reference.Target = activation;
        }

        return activation;
    }

    private GrainTypeContext Begin(GrainReference reference, RequestBase request)
    {
        silo.ThrowIfStopped();
        var type = reference.Shared.Type ?? throw new OrleansException(
            $"{reference.GrainId} cannot be called: no grain class of this process has the grain type {reference.Shared.GrainType}.");
        request.Bind(type, reference.Key, RuntimeContext.Current, ContextForCallee());
        request.SentAt = Stopwatch.GetTimestamp();
        return type;
    }

    /// <summary>Values of the request context are shared with the callee, or copied if they could change.</summary>
    private static Dictionary<string, object>? ContextForCallee()
    {
        var values = RequestContext.CurrentValues;
        if (values is null)
        {
            return null;
        }

        foreach (var value in values.Values)
        {
            if (value is not null && !CopierRegistry.IsShareable(value.GetType()))
            {
                return CopierOf<Dictionary<string, object>>.Copy(values);
            }
        }

        return values;
    }

    /// <summary>Runs or starts the request here; false if it must be queued.</summary>
    private static bool RunHere(GrainReference reference, RequestBase request, GrainTypeContext type)
    {
        var activation = ActivationOf(reference, type, out var created);
        request.Activation = activation;
        if (created)
        {
            activation.StartHere(request);
            return true;
        }

        return activation.TryRunInline(request);
    }

    private Task Wait<T>(RequestBase request, CancellationToken token, bool alreadySent)
    {
        var pending = new PendingCall<T>(request, silo.DeadlineOf(request));
        silo.Pending.Add(pending);
        if (Interlocked.CompareExchange(ref request.Answer, pending, null) is Task finished)
        {
            pending.Complete(finished);
            request.Recycle();
            return pending.Promise;
        }

        if (!alreadySent)
        {
            var activation = request.Activation;
            var created = false;
            if (activation is null || !activation.IsAlive)
            {
                activation = Find(request.GrainType!, request.Key, out created);
            }

            Dispatch(request, activation, created);
        }

        pending.CancelWith(token);
        return pending.Promise;
    }

    private void Dispatch(RequestBase request, Activation activation, bool created)
    {
        if (!created)
        {
            Deliver(request, activation);
            return;
        }

        activation.TryEnqueue(request);
        activation.StartOnPool();
    }

    /// <summary>The result of a method without one.</summary>
    internal readonly struct Nothing;
}
