namespace Orleans.Runtime;

/// <summary>The caller's side of an enumeration: asks the grain for steps and hands out their elements.</summary>
internal sealed class RemoteEnumerator<T>(
    IAsyncEnumerableGrainExtension grain,
    IAsyncEnumerableRequest<T> request,
    CancellationToken ofCall,
    CancellationToken ofEnumeration) : IAsyncEnumerator<T>
{
    private readonly Guid _id = Guid.NewGuid();
    private readonly CancellationTokenSource _cancellation = CancellationTokenSource.CreateLinkedTokenSource(ofCall, ofEnumeration);
    private IReadOnlyList<T> _batch = [];
    private int _index = -1;
    private bool _started;
    private bool _ended;

    public T Current => _batch[_index];

    public async ValueTask<bool> MoveNextAsync()
    {
        if (++_index < _batch.Count)
        {
            return true;
        }

        _batch = [];
        _index = -1;
        while (!_ended)
        {
            _cancellation.Token.ThrowIfCancellationRequested();
            var (status, value) = _started
                ? await grain.MoveNext<T>(_id, _cancellation.Token)
                : await StartAsync();
            Take(status, value);
            if (_batch.Count != 0)
            {
                _index = 0;
                return true;
            }
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        if (_started && !_ended)
        {
            _ended = true;
            await grain.DisposeAsync(_id);
        }

        _cancellation.Dispose();
    }

    private ValueTask<(EnumerationResult Status, object? Value)> StartAsync()
    {
        _started = true;
        return grain.StartEnumeration(_id, request, _cancellation.Token);
    }

    private void Take(EnumerationResult status, object? value)
    {
        _ended = (status & ~(EnumerationResult.Heartbeat | EnumerationResult.Element | EnumerationResult.Batch)) != 0;
        switch (status)
        {
            case EnumerationResult.MissingEnumeratorError:
                throw new EnumerationAbortedException(
                    "The grain does not know the enumeration any more: it was deactivated meanwhile. Start it again if that is safe.");
            case EnumerationResult.Error:
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw((Exception)value!);
                break;
            case EnumerationResult.Canceled:
                throw new OperationCanceledException(_cancellation.Token);
        }

        if ((status & EnumerationResult.Batch) != 0)
        {
            _batch = (List<T>)value!;
        }
        else if ((status & EnumerationResult.Element) != 0)
        {
            _batch = [(T)value!];
        }
    }
}
