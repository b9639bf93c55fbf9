using System.Reflection;

namespace Orleans.Serialization.Invocation;

/// <summary>A call as an object: its method, its arguments and its target.</summary>
public interface IInvokable : IDisposable
{
    /// <summary>Whether the method takes a cancellation token.</summary>
    bool IsCancellable { get; }

    /// <summary>The object the method will be called on.</summary>
    object? GetTarget();

    /// <summary>Takes the target out of its activation.</summary>
    void SetTarget(ITargetHolder holder);

    /// <summary>Calls the method.</summary>
    ValueTask<Response> Invoke();

    /// <summary>Number of arguments, cancellation tokens not counted.</summary>
    int GetArgumentCount();

    /// <summary>An argument.</summary>
    object? GetArgument(int index);

    /// <summary>Replaces an argument.</summary>
    void SetArgument(int index, object value);

    /// <summary>Name of the method.</summary>
    string GetMethodName();

    /// <summary>Name of the interface.</summary>
    string GetInterfaceName();

    /// <summary>Name for tracing.</summary>
    string GetActivityName();

    /// <summary>The method.</summary>
    MethodInfo GetMethod();

    /// <summary>The interface.</summary>
    Type GetInterfaceType();

    /// <summary>The method's own time-out, or null for the default.</summary>
    TimeSpan? GetDefaultResponseTimeout();

    /// <summary>The caller's cancellation token.</summary>
    CancellationToken GetCancellationToken();

    /// <summary>Cancels the token that the method was given; false if it has none.</summary>
    bool TryCancel();
}

/// <summary>Holds what requests are called on.</summary>
public interface ITargetHolder
{
    /// <summary>The object itself.</summary>
    object? GetTarget();

    /// <summary>A component attached to the object.</summary>
    object? GetComponent(Type componentType);
}

/// <summary>Reuses request objects.</summary>
public static class InvokablePool
{
    /// <summary>An unused request.</summary>
    public static T Get<T>()
        where T : class, IInvokable, new() => TypedPool<T>.Get();

    /// <summary>Gives back a request that nobody holds any more.</summary>
    public static void Return<T>(T obj)
        where T : class, IInvokable, new() => TypedPool<T>.Return(obj);

    private static class TypedPool<T>
        where T : class, IInvokable, new()
    {
        // One object per thread is enough: a caller has one call in its synchronous part at a time.
        [ThreadStatic]
        private static T? t_item;

        internal static T Get()
        {
            var item = t_item;
            if (item is null)
            {
                return new T();
            }

            t_item = null;
            return item;
        }

        internal static void Return(T item)
        {
            (item as Runtime.RequestBase)?.ForgetCall();
            t_item = item;
        }
    }
}
