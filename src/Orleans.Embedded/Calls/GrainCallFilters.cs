using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans;

/// <summary>A call on its way.</summary>
public interface IGrainCallContext
{
    /// <summary>The request with its arguments.</summary>
    IInvokable Request { get; }

    /// <summary>The grain object or the reference that is called.</summary>
    object Grain { get; }

    /// <summary>The calling grain, if a grain calls.</summary>
    GrainId? SourceId { get; }

    /// <summary>The called grain.</summary>
    GrainId TargetId { get; }

    /// <summary>The called interface.</summary>
    GrainInterfaceType InterfaceType { get; }

    /// <summary>Name of the called interface.</summary>
    string InterfaceName { get; }

    /// <summary>Name of the called method.</summary>
    string MethodName { get; }

    /// <summary>The called method.</summary>
    MethodInfo InterfaceMethod { get; }

    /// <summary>The result.</summary>
    object? Result { get; set; }

    /// <summary>The response.</summary>
    Response? Response { get; set; }

    /// <summary>Goes on with the next filter or the method.</summary>
    Task Invoke();
}

/// <summary>A call that arrives at a grain.</summary>
public interface IIncomingGrainCallContext : IGrainCallContext
{
    /// <summary>The called activation.</summary>
    IGrainContext TargetContext { get; }

    /// <summary>The method of the grain class.</summary>
    MethodInfo ImplementationMethod { get; }
}

/// <summary>A call that leaves a grain or a client.</summary>
public interface IOutgoingGrainCallContext : IGrainCallContext
{
    /// <summary>The calling activation, if a grain calls.</summary>
    IGrainContext? SourceContext { get; }
}

/// <summary>Runs around every call that arrives.</summary>
public interface IIncomingGrainCallFilter
{
    /// <summary>Called instead of the method; goes on with <see cref="IGrainCallContext.Invoke"/>.</summary>
    Task Invoke(IIncomingGrainCallContext context);
}

/// <summary>Runs around every call that leaves.</summary>
public interface IOutgoingGrainCallFilter
{
    /// <summary>Called instead of sending; goes on with <see cref="IGrainCallContext.Invoke"/>.</summary>
    Task Invoke(IOutgoingGrainCallContext context);
}

/// <summary>See <see cref="IIncomingGrainCallFilter"/>.</summary>
public delegate Task IncomingGrainCallFilterDelegate(IIncomingGrainCallContext context);

/// <summary>See <see cref="IOutgoingGrainCallFilter"/>.</summary>
public delegate Task OutgoingGrainCallFilterDelegate(IOutgoingGrainCallContext context);
