namespace Orleans.Runtime;

/// <summary>
/// The grain's side of enumerations. Steps run in turns of the grain, between its requests. A step that takes long answers with a
/// heartbeat, so that the call does not time out while the sequence has nothing to give.
/// </summary>
internal sealed class AsyncEnumerableGrainExtension(Activation activation) : IAsyncEnumerableGrainExtension, IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<Guid, IStep> _enumerations = [];

    private interface IStep : IAsyncDisposable
    {
        Task<(EnumerationResult Status, object? Value)> NextAsync(TimeProvider time, TimeSpan patience);
    }

    public ValueTask<(EnumerationResult Status, object? Value)> StartEnumeration<T>(Guid requestId, IAsyncEnumerableRequest<T> request) =>
        StartEnumeration(requestId, request, CancellationToken.None);

    public async ValueTask<(EnumerationResult Status, object? Value)> StartEnumeration<T>(
        Guid requestId, IAsyncEnumerableRequest<T> request, CancellationToken cancellationToken)
    {
        request.SetTarget(activation);
        _enumerations.Add(requestId, new Enumeration<T>(request));
        return await MoveNext<T>(requestId, cancellationToken);
    }

    public ValueTask<(EnumerationResult Status, object? Value)> MoveNext<T>(Guid requestId) => MoveNext<T>(requestId, CancellationToken.None);

    public async ValueTask<(EnumerationResult Status, object? Value)> MoveNext<T>(Guid requestId, CancellationToken cancellationToken)
    {
        if (!_enumerations.TryGetValue(requestId, out var enumeration))
        {
            return (EnumerationResult.MissingEnumeratorError, null);
        }

        var step = await enumeration.NextAsync(activation.Silo.Time, s_patience);
        if (step.Status is not (EnumerationResult.Heartbeat or EnumerationResult.Element or EnumerationResult.Batch))
        {
            await DisposeAsync(requestId);
        }

        return step;
    }

    public ValueTask DisposeAsync(Guid requestId) =>
        _enumerations.Remove(requestId, out var enumeration) ? enumeration.DisposeAsync() : default;

    public async ValueTask DisposeAsync()
    {
        foreach (var requestId in _enumerations.Keys.ToArray())
        {
            await DisposeAsync(requestId);
        }
    }

    private sealed class Enumeration<T>(IAsyncEnumerableRequest<T> request) : IStep
    {
        private readonly CancellationTokenSource _cancellation = new();
        private IAsyncEnumerator<T>? _enumerator;
        private Task<bool>? _pending;

        public async Task<(EnumerationResult Status, object? Value)> NextAsync(TimeProvider time, TimeSpan patience)
        {
            try
            {
                _enumerator ??= request.InvokeImplementation().GetAsyncEnumerator(_cancellation.Token);
                var moving = _pending ?? _enumerator.MoveNextAsync().AsTask();
                _pending = null;
                if (!moving.IsCompleted && !await HasMoved(moving, time, patience))
                {
                    _pending = moving;
                    return (EnumerationResult.Heartbeat, null);
                }

                return await moving ? CollectBatch(_enumerator) : (EnumerationResult.Completed, null);
            }
            catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
            {
                return (EnumerationResult.Canceled, null);
            }
            catch (Exception exception)
            {
                return (EnumerationResult.Error, exception);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _cancellation.CancelAsync();
            request.TryCancel();
            try
            {
                if (_pending is not null)
                {
                    // An enumerator must not be disposed while it moves.
                    await _pending;
                }
            }
            catch (Exception)
            {
                // The caller has gone: nobody is left to be told.
            }

            if (_enumerator is not null)
            {
                await _enumerator.DisposeAsync();
            }

            _cancellation.Dispose();
        }

        private static async Task<bool> HasMoved(Task<bool> moving, TimeProvider time, TimeSpan patience)
        {
            using var stop = new CancellationTokenSource();
            var first = await Task.WhenAny(moving, Task.Delay(patience, time, stop.Token));
            await stop.CancelAsync();
            return ReferenceEquals(first, moving);
        }

        /// <summary>The element that was moved to, and those after it that are there without waiting.</summary>
        private (EnumerationResult Status, object? Value) CollectBatch(IAsyncEnumerator<T> enumerator)
        {
            var batch = new List<T> { enumerator.Current };
            while (batch.Count < request.MaxBatchSize)
            {
                var moving = enumerator.MoveNextAsync();
                if (!moving.IsCompletedSuccessfully)
                {
                    // Not there yet, or failed: the elements before go first.
                    _pending = moving.AsTask();
                    break;
                }

                if (!moving.Result)
                {
                    return (EnumerationResult.CompletedWithBatch, batch);
                }

                batch.Add(enumerator.Current);
            }

            return (EnumerationResult.Batch, batch);
        }
    }
}
