using System.Reflection;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>The filters around calls, in the order in which they were registered.</summary>
internal sealed class CallFilters(
    IEnumerable<IIncomingGrainCallFilter> incoming, IEnumerable<IOutgoingGrainCallFilter> outgoing, SiloRuntime silo)
{
    private readonly IIncomingGrainCallFilter[] _incoming = [.. incoming];
    private readonly IOutgoingGrainCallFilter[] _outgoing = [.. outgoing];
    private readonly bool _onlyTraces =
        incoming.All(f => f is ActivityPropagationFilter) && outgoing.All(f => f is ActivityPropagationFilter);

    /// <summary>Tracing filters do not count while nobody listens.</summary>
    internal bool HasIncoming => _incoming.Length != 0 && (!_onlyTraces || ActivitySourcesOf.AnyListener);

    internal bool HasOutgoing => _outgoing.Length != 0 && (!_onlyTraces || ActivitySourcesOf.AnyListener);

    internal async Task<T?> InvokeOutgoing<T>(GrainReference reference, RequestBase request)
    {
        request.IsShown = true;
        var context = new OutgoingContext<T>(silo, _outgoing, reference, request);
        await context.Invoke();
        return context.Response is { } response ? response.GetResult<T>() : default;
    }

    /// <summary>Runs the filters, the grain's own filter and the method. The task carries the result.</summary>
    internal Task InvokeIncoming(RequestBase request, Activation activation)
    {
        request.IsShown = true;
        var context = new IncomingContext(_incoming, request, activation);
        var task = context.Invoke();
        return task.IsCompletedSuccessfully ? Outcome(context, request) : request.AwaitOutcome(task, context);
    }

    internal static Task Outcome(IncomingContext context, RequestBase request) => context.Response is { } response
        ? request.ToTask(response)
        : request.Fail(new InvalidOperationException(
            $"{context.LastFilter} is a broken filter: it neither called context.Invoke() nor set a response for {request}."));

    /// <summary>A call that arrives.</summary>
    internal sealed class IncomingContext(IIncomingGrainCallFilter[] filters, RequestBase request, Activation activation)
        : IIncomingGrainCallContext
    {
        private int _stage;

        internal object? LastFilter { get; private set; }

        public IInvokable Request => request;

        public object Grain => activation.GrainInstance!;

        public GrainId? SourceId => request.Source?.GrainId;

        public GrainId TargetId => activation.GrainId;

        public GrainInterfaceType InterfaceType => GrainInterfaceType.Create(request.GetInterfaceName());

        public string InterfaceName => request.GetInterfaceName();

        public string MethodName => request.GetMethodName();

        public MethodInfo InterfaceMethod => request.GetMethod();

        public IGrainContext TargetContext => activation;

        public MethodInfo ImplementationMethod => FindImplementation();

        public Response? Response { get; set; }

        public object? Result
        {
            get => Response?.Result;
            set => Response = WithResult(Response, value);
        }

        public async Task Invoke()
        {
            var stage = _stage++;
            try
            {
                if (stage < filters.Length)
                {
                    LastFilter = filters[stage];
                    await filters[stage].Invoke(this);
                }
                else if (stage == filters.Length && activation.GrainInstance is IIncomingGrainCallFilter own)
                {
                    LastFilter = own;
                    await own.Invoke(this);
                }
                else
                {
                    Response = await request.Invoke();
                    _ = Response.Result;
                }
            }
            finally
            {
                _stage = stage;
            }
        }

        private MethodInfo FindImplementation()
        {
            var target = request.GetTarget().GetType();
            var face = request.GetInterfaceType();
            if (!face.IsAssignableFrom(target))
            {
                return request.GetMethod();
            }

            var map = target.GetInterfaceMap(face);
            var declared = request.GetMethod();
            var definition = declared.IsGenericMethod ? declared.GetGenericMethodDefinition() : declared;
            var index = Array.IndexOf(map.InterfaceMethods, definition);
            return index < 0 ? declared : map.TargetMethods[index];
        }
    }

    /// <summary>A call that leaves.</summary>
    private sealed class OutgoingContext<T>(
        SiloRuntime silo, IOutgoingGrainCallFilter[] filters, GrainReference reference, RequestBase request) : IOutgoingGrainCallContext
    {
        private int _stage;

        public IInvokable Request => request;

        public object Grain => reference;

        public IGrainContext? SourceContext { get; } = RuntimeContext.Current;

        public GrainId? SourceId => SourceContext?.GrainId;

        public GrainId TargetId => reference.GrainId;

        public GrainInterfaceType InterfaceType => reference.InterfaceType;

        public string InterfaceName => request.GetInterfaceName();

        public string MethodName => request.GetMethodName();

        public MethodInfo InterfaceMethod => request.GetMethod();

        public Response? Response { get; set; }

        public object? Result
        {
            get => Response?.Result;
            set => Response = WithResult(Response, value);
        }

        public async Task Invoke()
        {
            var stage = _stage++;
            try
            {
                if (stage < filters.Length)
                {
                    await filters[stage].Invoke(this);
                    return;
                }

                var task = silo.Calls.Transmit<T>(reference, request);
                if (typeof(T) != typeof(GrainCalls.Nothing) && task is Task<T> typed)
                {
                    Response = Response.FromResult(await typed);
                }
                else
                {
                    await task;
                    Response = Response.Completed;
                }
            }
            finally
            {
                _stage = stage;
            }
        }
    }

    private static Response WithResult(Response? response, object? value)
    {
        if (response is null or CompletedResponse or ExceptionResponse)
        {
            return Response.FromResult(value);
        }

        response.Result = value;
        return response;
    }
}
