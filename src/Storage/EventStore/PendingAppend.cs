using Switchboard.Grains.EventStore;
using Switchboard.Storage.Events;

namespace Switchboard.Storage.EventStore;

/// <summary>An append between its caller and the lane that writes it. Its JSON is made by the caller's thread, so that the lane only copies.</summary>
internal sealed class PendingAppend
{
    private const int Queued = 0;
    private const int Taken = 1;
    private const int Withdrawn = 2;

    private readonly TaskCompletionSource<AppendResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    public PendingAppend(AppendRequest request, EventCodec codec, long started)
    {
        Request = request;
        Started = started;
        Events = new EncodedEvent[request.Events.Length];
        for (var index = 0; index < Events.Length; index++)
        {
            var body = request.Events[index].Body;
            var (name, schema) = codec.NameOf(body.GetType());
            var own = request.Metadata.Of(request.Events[index]);
            Events[index] = new EncodedEvent(name, schema, codec.Encode(body), ReferenceEquals(own, request.Metadata) ? null : codec.Encode(own));
        }

        Metadata = Events.Length > 0 || request.Changes.Any(static change => change is ProjectRemoved or CaseEchoed) ? codec.Encode(request.Metadata) : [];
    }

    public AppendRequest Request { get; }

    public EncodedEvent[] Events { get; }

    public byte[] Metadata { get; }

    /// <summary>The clock's timestamp when the caller came.</summary>
    public long Started { get; }

    /// <summary>True once it was sent and no answer came: it may have been committed.</summary>
    public bool OutcomeUnknown { get; set; }

    public Task<AppendResult> Result => _result.Task;

    /// <summary>The lane takes it; from now on the caller cannot withdraw it.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Queued) == Queued;

    /// <summary>The caller gives up while nothing has been sent.</summary>
    public bool TryWithdraw(CancellationToken cancellationToken) =>
        Interlocked.CompareExchange(ref _state, Withdrawn, Queued) == Queued && _result.TrySetCanceled(cancellationToken);

    public void Complete(AppendResult result) => _result.TrySetResult(result);

    public void Fail(Exception error) => _result.TrySetException(error);
}

/// <summary>An event as its row holds it.</summary>
/// <param name="Type">The stored name.</param>
/// <param name="Schema">The stored version.</param>
/// <param name="Payload">The body's JSON.</param>
/// <param name="Metadata">The event's own metadata; null when they are those of its append.</param>
internal readonly record struct EncodedEvent(string Type, short Schema, byte[] Payload, byte[]? Metadata = null);
