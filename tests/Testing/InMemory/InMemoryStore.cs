using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.EventStore;

namespace Switchboard.Testing.InMemory;

/// <summary>
/// The event store and its rows in memory, for tests of the domain: as strict as the real one (versions, unique values, idempotency
/// keys, a project that must exist), every append atomic, with faults on order. Also the reference model that the real store is
/// compared with. Safe to use from several threads.
/// </summary>
public sealed partial class InMemoryStore(TimeProvider time) : IEventStore, IEventFeed
{
    private readonly Lock _lock = new();
    private StoreState _state = new();
    private long _epoch = 1;

    /// <summary>A store on the system's clock.</summary>
    public InMemoryStore()
        : this(TimeProvider.System)
    {
    }

    /// <summary>What goes wrong, and when.</summary>
    public StoreFaults Faults { get; } = new();

    /// <summary>How many appends were asked for, the failed ones too.</summary>
    public int Appends { get; private set; }

    /// <summary>All events in order.</summary>
    public ImmutableArray<RecordedEvent> Events => [.. Read().Log];

    /// <summary>Runs before an append is looked at, for tests that let something happen in between (a second writer, a barrier).</summary>
    public Func<AppendRequest, Task>? BeforeAppend { get; set; }

    /// <inheritdoc/>
    public async ValueTask<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        AppendRules.Check(request);
        cancellationToken.ThrowIfCancellationRequested();
        if (BeforeAppend is { } hook)
        {
            await hook(request);
        }

        lock (_lock)
        {
            Appends++;
            FailIfDown();
            var fault = Faults.Take();
            if (fault == StoreFault.Conflict)
            {
                return new AppendResult(AppendStatus.VersionConflict);
            }

            if (fault == StoreFault.BeforeCommit)
            {
                throw new StorageUnavailableException("Injected: the store failed before the commit.");
            }

            var next = _state.Copy();
            var result = next.Apply(request, time.GetUtcNow());
            if (result.Status == AppendStatus.Appended)
            {
                _state = next;
            }

            return fault == StoreFault.AfterCommit
                ? throw new StorageUnavailableException("Injected: the store failed after the commit.")
                : result;
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoredAnswer?> FindAnswerAsync(Guid orgId, string idempotencyKey, CancellationToken cancellationToken) =>
        new(Read().Answers.GetValueOrDefault((orgId, idempotencyKey)));

    /// <inheritdoc/>
    public async IAsyncEnumerable<RecordedEvent> ReadStreamAsync(
        Guid orgId, Guid streamId, long fromVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var recorded in Read().Log.Where(e => e.Stream.OrgId == orgId && e.Stream.Id == streamId && e.Version >= fromVersion))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return recorded;
        }
    }

    /// <inheritdoc/>
    public ValueTask<long> GetEpochAsync(CancellationToken cancellationToken) => new(_epoch);

    /// <inheritdoc/>
    public ValueTask<FeedBatch> ReadAsync(FeedPosition after, int limit, CancellationToken cancellationToken)
    {
        if (after.Epoch != _epoch)
        {
            throw new InvalidOperationException($"The position is of epoch {after.Epoch}; the store's is {_epoch}.");
        }

        var log = Read().Log;
        return new(new FeedBatch([.. log.Where(e => e.Position.CompareTo(after) > 0).Take(limit)], (ulong)log.Count + 1));
    }

    /// <summary>Raises the epoch, as a restore does.</summary>
    public void RaiseEpoch() => _epoch++;

    private StoreState Read()
    {
        lock (_lock)
        {
            FailIfDown();
            return _state;
        }
    }

    private void FailIfDown()
    {
        if (Faults.Down)
        {
            throw new StorageUnavailableException("Injected: the store is down.");
        }
    }
}
