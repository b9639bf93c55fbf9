using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Switchboard.Gateway.Grpc.Calls;

namespace Switchboard.Gateway.Grpc.Binding;

/// <summary>A method of a service: its declaration in the .proto file, and what is done when it is called.</summary>
internal abstract class RpcMethod(MethodDescriptor declaration)
{
    public MethodDescriptor Declaration => declaration;

    /// <summary>The full name without the leading slash, <c>package.Service/Method</c>.</summary>
    public string FullName { get; } = $"{declaration.Service.FullName}/{declaration.Name}";

    /// <summary>The path, <c>/package.Service/Method</c>.</summary>
    public string Path { get; } = $"/{declaration.Service.FullName}/{declaration.Name}";

    public MessageParser RequestParser { get; } = declaration.InputType.Parser;

    /// <summary>Reads what the client sends, does the work, writes what it answers.</summary>
    public abstract Task InvokeAsync(RpcCall call);
}

/// <summary>One message in, one out.</summary>
internal sealed class UnaryMethod(MethodDescriptor declaration, Func<IMessage, ServerCallContext, Task<IMessage>> handler) : RpcMethod(declaration)
{
    public override async Task InvokeAsync(RpcCall call)
    {
        var request = await call.ReadOnlyOneAsync();
        await call.AppendLastAsync(await handler(request, call));
    }
}

/// <summary>Messages in, one out.</summary>
internal sealed class ClientStreamingMethod<TRequest>(
    MethodDescriptor declaration, Func<IAsyncStreamReader<TRequest>, ServerCallContext, Task<IMessage>> handler) : RpcMethod(declaration)
    where TRequest : class, IMessage
{
    public override async Task InvokeAsync(RpcCall call) =>
        await call.AppendLastAsync(await handler(new RequestStream<TRequest>(call), call));
}

/// <summary>One message in, messages out.</summary>
internal sealed class ServerStreamingMethod<TResponse>(
    MethodDescriptor declaration, Func<IMessage, IServerStreamWriter<TResponse>, ServerCallContext, Task> handler) : RpcMethod(declaration)
    where TResponse : class, IMessage
{
    public override async Task InvokeAsync(RpcCall call)
    {
        var request = await call.ReadOnlyOneAsync();
        await handler(request, new ResponseStream<TResponse>(call), call);
    }
}

/// <summary>Messages in, messages out.</summary>
internal sealed class DuplexStreamingMethod<TRequest, TResponse>(
    MethodDescriptor declaration, Func<IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task> handler)
    : RpcMethod(declaration)
    where TRequest : class, IMessage
    where TResponse : class, IMessage
{
    public override Task InvokeAsync(RpcCall call) =>
        handler(new RequestStream<TRequest>(call), new ResponseStream<TResponse>(call), call);
}
