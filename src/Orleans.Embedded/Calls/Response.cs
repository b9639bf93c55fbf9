using System.Runtime.ExceptionServices;

namespace Orleans.Serialization.Invocation;

/// <summary>The outcome of a call.</summary>
[SerializerTransparent]
public abstract class Response : IDisposable
{
    /// <summary>Success without a result.</summary>
    public static Response Completed => CompletedResponse.Instance;

    /// <summary>The result, boxed.</summary>
    public abstract object? Result { get; set; }

    /// <summary>The failure, if it failed.</summary>
    public abstract Exception? Exception { get; set; }

    /// <summary>A failure.</summary>
    public static Response FromException(Exception exception) => new ExceptionResponse { Exception = exception };

    /// <summary>A result.</summary>
    public static Response FromResult<TResult>(TResult value) => new Response<TResult> { TypedResult = value };

    /// <summary>The result, or the failure thrown.</summary>
    public abstract T GetResult<T>();

    /// <summary>The declared type of the result, if it is simple.</summary>
    public virtual Type? GetSimpleResultType() => null;

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <inheritdoc/>
    public override string ToString() => Exception is { } failure ? failure.ToString() : Result?.ToString() ?? "[null]";
}

/// <summary>Success without a result.</summary>
[GenerateSerializer]
[Immutable]
[UseActivator]
[SuppressReferenceTracking]
public sealed class CompletedResponse : Response
{
    private CompletedResponse()
    {
    }

    /// <summary>The one object.</summary>
    public static CompletedResponse Instance { get; } = new();

    /// <inheritdoc/>
    public override object? Result
    {
        get => null;
        set => throw new InvalidOperationException("The method returns nothing, so that it cannot be given a result.");
    }

    /// <inheritdoc/>
    public override Exception? Exception
    {
        get => null;
        set => throw new InvalidOperationException("Success cannot be turned into a failure: set Response instead.");
    }

    /// <inheritdoc/>
    public override T GetResult<T>() => default!;

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    /// <inheritdoc/>
    public override string ToString() => "[Completed]";
}

/// <summary>A failure.</summary>
[GenerateSerializer]
[Immutable]
public sealed class ExceptionResponse : Response
{
    /// <inheritdoc/>
    public override object? Result
    {
        get
        {
            ExceptionDispatchInfo.Throw(Exception!);
            return null;
        }

        set => throw new InvalidOperationException("A failure cannot be given a result: set Response instead.");
    }

    /// <inheritdoc/>
    [Id(0)]
    public override Exception? Exception { get; set; }

    /// <inheritdoc/>
    public override T GetResult<T>()
    {
        ExceptionDispatchInfo.Throw(Exception!);
        return default!;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    /// <inheritdoc/>
    public override string ToString() => Exception?.ToString() ?? "[unknown failure]";
}

/// <summary>A result.</summary>
/// <typeparam name="TResult">Its type.</typeparam>
[UseActivator]
[SuppressReferenceTracking]
public sealed class Response<TResult> : Response
{
    /// <summary>The result.</summary>
    public TResult? TypedResult { get; set; }

    /// <inheritdoc/>
    public override object? Result
    {
        get => TypedResult;
        set => TypedResult = (TResult?)value;
    }

    /// <inheritdoc/>
    public override Exception? Exception
    {
        get => null;
        set => throw new InvalidOperationException("A result cannot be turned into a failure: set Response instead.");
    }

    /// <inheritdoc/>
    public override T GetResult<T>() => TypedResult is T result ? result : (T)(object?)TypedResult!;

    /// <inheritdoc/>
    public override Type GetSimpleResultType() => typeof(TResult);

    /// <inheritdoc/>
    public override void Dispose()
    {
    }
}
