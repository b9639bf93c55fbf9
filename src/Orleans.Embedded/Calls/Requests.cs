using System.Reflection;
using System.Text;
using Orleans.CodeGeneration;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>A request to a grain.</summary>
public interface IRequest : IInvokable
{
    /// <summary>How it is delivered and interleaved.</summary>
    InvokeMethodOptions Options { get; }

    /// <summary>Adds to <see cref="Options"/>.</summary>
    void AddInvokeMethodOptions(InvokeMethodOptions options);

    /// <summary>Method and parameter types, for logs.</summary>
    public static string ToString(IRequest request) =>
        Format(request, string.Join(", ", request.GetMethod().GetParameters().Select(p => p.ParameterType.ToString())));

    /// <summary>Method and argument values, for logs.</summary>
    public static string ToMethodCallString(IRequest request) =>
        Format(request, string.Join(", ", Enumerable.Range(0, request.GetArgumentCount()).Select(request.GetArgument)));

    private static string Format(IRequest request, string arguments)
    {
        var text = new StringBuilder(request.GetInterfaceName());
        return text.Append('.').Append(request.GetMethodName()).Append('(').Append(arguments).Append(')').ToString();
    }
}

/// <summary>
/// Base of generated requests. In the embedded engine the request is the message: it also carries the call's place in its queue, its
/// context and its answer, so that a call needs no further object.
/// </summary>
[SuppressReferenceTracking]
[SerializerTransparent]
public abstract partial class RequestBase : IRequest
{
    /// <inheritdoc/>
    public InvokeMethodOptions Options { get; protected set; }

    /// <inheritdoc/>
    public virtual bool IsCancellable => false;

    /// <inheritdoc/>
    public void AddInvokeMethodOptions(InvokeMethodOptions options) => Options |= options;

    /// <inheritdoc/>
    public virtual int GetArgumentCount() => 0;

    /// <inheritdoc/>
    public virtual object GetArgument(int index) => throw new ArgumentOutOfRangeException(nameof(index), index, $"{this} takes no arguments.");

    /// <inheritdoc/>
    public virtual void SetArgument(int index, object value) =>
        throw new ArgumentOutOfRangeException(nameof(index), index, $"{this} takes no arguments.");

    /// <inheritdoc/>
    public abstract ValueTask<Response> Invoke();

    /// <inheritdoc/>
    public abstract object GetTarget();

    /// <inheritdoc/>
    public abstract void SetTarget(ITargetHolder holder);

    /// <inheritdoc/>
    public abstract string GetMethodName();

    /// <inheritdoc/>
    public abstract string GetInterfaceName();

    /// <inheritdoc/>
    public abstract string GetActivityName();

    /// <inheritdoc/>
    public abstract Type GetInterfaceType();

    /// <inheritdoc/>
    public abstract MethodInfo GetMethod();

    /// <inheritdoc/>
    public virtual TimeSpan? GetDefaultResponseTimeout() => null;

    /// <inheritdoc/>
    public virtual CancellationToken GetCancellationToken() => CancellationToken.None;

    /// <inheritdoc/>
    public virtual bool TryCancel() => false;

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <inheritdoc/>
    public override string ToString() => IRequest.ToString(this);

    /// <summary>Calls the method; the task carries its result.</summary>
    internal abstract Task Start();

    /// <summary>A task with a copy of a successful result, made in the callee's turn; the same task if it can be shared.</summary>
    internal abstract Task CopyResult(Task succeeded, bool shareResult);

    /// <summary>The task that a response stands for.</summary>
    internal abstract Task ToTask(Response response);

    private protected static async ValueTask<Response> ToResponse<T>(Task<T> task)
    {
        try
        {
            return Response.FromResult(await task);
        }
        catch (Exception exception)
        {
            return Response.FromException(exception);
        }
    }

    private protected static async ValueTask<Response> ToResponse(Task task)
    {
        try
        {
            await task;
            return Response.Completed;
        }
        catch (Exception exception)
        {
            return Response.FromException(exception);
        }
    }

    private protected static Task ToVoidTask(Response response) =>
        response.Exception is { } failure ? Task.FromException(failure) : Task.CompletedTask;

    private protected static Task<T> ToResultTask<T>(Response response) =>
        response.Exception is { } failure ? Task.FromException<T>(failure) : Task.FromResult(response.GetResult<T>());

    private protected static Task CopyTyped<T>(Task succeeded, bool share)
    {
        if (share || Serialization.CopierOf<T>.IsShareable)
        {
            return succeeded;
        }

        return Task.FromResult(Serialization.CopierOf<T>.Copy(((Task<T>)succeeded).Result));
    }
}

/// <summary>A request whose method returns <see cref="Task"/>.</summary>
[SerializerTransparent]
public abstract class TaskRequest : RequestBase
{
    /// <inheritdoc/>
    public sealed override ValueTask<Response> Invoke() => ToResponse(Start());

    internal sealed override Task Start() => InvokeInner();

    internal sealed override Task CopyResult(Task succeeded, bool shareResult) => succeeded;

    internal sealed override Task ToTask(Response response) => ToVoidTask(response);

    private protected sealed override Task Unwrap(Task<Task> later) => later.Unwrap();

    /// <summary>Calls the method.</summary>
    protected abstract Task InvokeInner();
}

/// <summary>A request whose method returns <see cref="Task{TResult}"/>.</summary>
/// <typeparam name="TResult">The result.</typeparam>
[SerializerTransparent]
public abstract class TaskRequest<TResult> : RequestBase
{
    /// <inheritdoc/>
    public sealed override ValueTask<Response> Invoke() => ToResponse((Task<TResult>)Start());

    internal sealed override Task Start() => InvokeInner();

    internal sealed override Task CopyResult(Task succeeded, bool shareResult) => CopyTyped<TResult>(succeeded, shareResult);

    internal sealed override Task ToTask(Response response) => ToResultTask<TResult>(response);

    private protected sealed override Task Unwrap(Task<Task> later) => UnwrapTyped<TResult>(later);

    /// <summary>Calls the method.</summary>
    protected abstract Task<TResult> InvokeInner();
}

/// <summary>A request whose method returns <see cref="ValueTask"/>.</summary>
[SerializerTransparent]
public abstract class Request : RequestBase
{
    /// <inheritdoc/>
    public sealed override ValueTask<Response> Invoke() => ToResponse(Start());

    internal sealed override Task Start() => InvokeInner().AsTask();

    internal sealed override Task CopyResult(Task succeeded, bool shareResult) => succeeded;

    internal sealed override Task ToTask(Response response) => ToVoidTask(response);

    private protected sealed override Task Unwrap(Task<Task> later) => later.Unwrap();

    /// <summary>Calls the method.</summary>
    protected abstract ValueTask InvokeInner();
}

/// <summary>A request whose method returns <see cref="ValueTask{TResult}"/>.</summary>
/// <typeparam name="TResult">The result.</typeparam>
[SerializerTransparent]
public abstract class Request<TResult> : RequestBase
{
    /// <inheritdoc/>
    public sealed override ValueTask<Response> Invoke() => ToResponse((Task<TResult>)Start());

    internal sealed override Task Start() => InvokeInner().AsTask();

    internal sealed override Task CopyResult(Task succeeded, bool shareResult) => CopyTyped<TResult>(succeeded, shareResult);

    internal sealed override Task ToTask(Response response) => ToResultTask<TResult>(response);

    private protected sealed override Task Unwrap(Task<Task> later) => UnwrapTyped<TResult>(later);

    /// <summary>Calls the method.</summary>
    protected abstract ValueTask<TResult> InvokeInner();
}

/// <summary>A request whose method returns nothing and is therefore one-way.</summary>
[SerializerTransparent]
public abstract class VoidRequest : RequestBase
{
    /// <summary>Makes it one-way.</summary>
    protected VoidRequest() => Options = InvokeMethodOptions.OneWay;

    /// <inheritdoc/>
    public sealed override ValueTask<Response> Invoke() => ToResponse(Start());

    internal sealed override Task Start()
    {
        InvokeInner();
        return Task.CompletedTask;
    }

    internal sealed override Task CopyResult(Task succeeded, bool shareResult) => succeeded;

    internal sealed override Task ToTask(Response response) => ToVoidTask(response);

    private protected sealed override Task Unwrap(Task<Task> later) => later.Unwrap();

    /// <summary>Calls the method.</summary>
    protected abstract void InvokeInner();
}
