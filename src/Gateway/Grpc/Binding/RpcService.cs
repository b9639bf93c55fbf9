using System.Collections.Immutable;
using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Switchboard.Gateway.Grpc.Binding;

/// <summary>A service that the server offers: its declaration and its methods, one for each rpc.</summary>
internal sealed class RpcService
{
    private RpcService(ServiceDescriptor declaration, ImmutableArray<RpcMethod> methods) => (Declaration, Methods) = (declaration, methods);

    public ServiceDescriptor Declaration { get; }

    public ImmutableArray<RpcMethod> Methods { get; }

    /// <summary>
    /// Binds a class: each rpc is the public method of its name, with the signature that Grpc.AspNetCore asks for
    /// (<c>Task&lt;TResponse&gt; Unary(TRequest, ServerCallContext)</c> and so on).
    /// </summary>
    /// <param name="declaration">The service's declaration.</param>
    /// <param name="implementation">The object whose methods are called, by many calls at once.</param>
    /// <param name="more">Methods that are made elsewhere; the class need not have these.</param>
    /// <exception cref="InvalidOperationException">An rpc has no method, or one of another signature.</exception>
    public static RpcService Of(ServiceDescriptor declaration, object implementation, params IEnumerable<RpcMethod> more)
    {
        var made = more.ToDictionary(method => method.Declaration.Name, StringComparer.Ordinal);
        return new RpcService(
            declaration,
            [.. declaration.Methods.Select(rpc => made.TryGetValue(rpc.Name, out var method) ? method : Bind(rpc, implementation))]);
    }

    private static RpcMethod Bind(MethodDescriptor rpc, object implementation)
    {
        var request = rpc.InputType.ClrType;
        var response = rpc.OutputType.ClrType;
        Type[] parameters =
        [
            rpc.IsClientStreaming ? typeof(IAsyncStreamReader<>).MakeGenericType(request) : request,
            .. rpc.IsServerStreaming ? [typeof(IServerStreamWriter<>).MakeGenericType(response)] : Type.EmptyTypes,
            typeof(ServerCallContext),
        ];
        var returned = rpc.IsServerStreaming ? typeof(Task) : typeof(Task<>).MakeGenericType(response);
        var method = implementation.GetType().GetMethod(rpc.Name, BindingFlags.Public | BindingFlags.Instance, parameters);
        if (method is null || method.ReturnType != returned)
        {
            throw new InvalidOperationException(
                $"{implementation.GetType().Name} needs a public method {rpc.Name}({string.Join(", ", parameters.Select(type => type.Name))}) "
                + $"that returns {returned.Name}: {rpc.FullName} declares it.");
        }

        var binder = typeof(RpcService)
            .GetMethod(nameof(BindTyped), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(request, response);
        return (RpcMethod)binder.Invoke(null, [rpc, method, implementation])!;
    }

    private static RpcMethod BindTyped<TRequest, TResponse>(MethodDescriptor rpc, MethodInfo method, object implementation)
        where TRequest : class, IMessage
        where TResponse : class, IMessage
    {
        switch (rpc.IsClientStreaming, rpc.IsServerStreaming)
        {
            case (false, false):
                var unary = method.CreateDelegate<Func<TRequest, ServerCallContext, Task<TResponse>>>(implementation);
                return new UnaryMethod(rpc, async (request, context) => await unary((TRequest)request, context));
            case (true, false):
                var collecting = method.CreateDelegate<Func<IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>>>(implementation);
                return new ClientStreamingMethod<TRequest>(rpc, async (requests, context) => await collecting(requests, context));
            case (false, true):
                var telling = method.CreateDelegate<Func<TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(implementation);
                return new ServerStreamingMethod<TResponse>(rpc, (request, responses, context) => telling((TRequest)request, responses, context));
            case (true, true):
                return new DuplexStreamingMethod<TRequest, TResponse>(
                    rpc,
                    method.CreateDelegate<Func<IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(implementation));
        }
    }
}
