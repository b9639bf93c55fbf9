using Orleans;
using Orleans.Streams;
using Orleans.Streams.Core;
using Switchboard.Events;
using Switchboard.Handlers.Running;

namespace Switchboard.Handlers;

/// <summary>A grain that takes the events of one case for one flavor. Nobody calls it: its stream does.</summary>
public interface IHandlerGrain : IGrainWithStringKey;

/// <summary>
/// What a flavor's grain class derives from; the class adds only its implicit subscription. It attaches to whatever stream of its
/// namespace delivers to it, and settles one event after the other. Nothing rests on there being one activation: the marks decide.
/// </summary>
/// <typeparam name="THandler">The flavor's handler.</typeparam>
/// <param name="host">Brings the events to the handler.</param>
public abstract class HandlerGrain<THandler>(HandlerHost<THandler> host) : Grain, IHandlerGrain, IStreamSubscriptionObserver, IAsyncObserver<EventRecord>
    where THandler : EventHandler
{
    /// <inheritdoc/>
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<EventRecord>().ResumeAsync(this);

    /// <inheritdoc/>
    public Task OnNextAsync(EventRecord item, StreamSequenceToken? token = null) => host.Pipe.HandleAsync(item, CancellationToken.None).AsTask();

    /// <inheritdoc/>
    public Task OnCompletedAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}

/// <summary>Brings events to a handler; one for each flavor in a process.</summary>
/// <typeparam name="THandler">The flavor's handler.</typeparam>
public sealed class HandlerHost<THandler> : IAsyncDisposable
    where THandler : EventHandler
{
    internal HandlerHost(THandler handler, Flavor registered, PipeParts parts)
    {
        if (handler.Flavor != registered)
        {
            throw new InvalidOperationException(
                $"{typeof(THandler).Name} is registered as {registered} but says that it is {handler.Flavor}; register it with its own {nameof(EventHandler.Flavor)}.");
        }

        Pipe = handler.PipeTo(parts);
    }

    internal EventPipe Pipe { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Pipe.DisposeAsync();
}
