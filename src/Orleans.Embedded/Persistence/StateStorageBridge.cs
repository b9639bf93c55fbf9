using System.Diagnostics;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Core
{
    /// <summary>
    /// Stored state of one activation. Operations run one after another; writes that are asked for while one waits join it, because they
    /// store the same memory.
    /// </summary>
    /// <typeparam name="TState">The state.</typeparam>
    public class StateStorageBridge<TState> : IStorage<TState>
    {
        private readonly string _name;
        private readonly IGrainContext _context;
        private readonly IGrainStorage _store;
        private readonly GrainState<TState> _state = new(NewState());
        private Task _last = Task.CompletedTask;
        private Task? _waitingWrite;

        /// <summary>Makes the state, which is not loaded yet.</summary>
        public StateStorageBridge(string name, IGrainContext grainContext, IGrainStorage store)
        {
            ArgumentNullException.ThrowIfNull(name);
            ArgumentNullException.ThrowIfNull(grainContext);
            ArgumentNullException.ThrowIfNull(store);
            _name = name;
            _context = grainContext;
            _store = store;
        }

        /// <inheritdoc/>
        public TState State
        {
            get
            {
                ThrowIfNotInTurn();
                return _state.State!;
            }

            set
            {
                ThrowIfNotInTurn();
                _state.State = value;
            }
        }

        /// <inheritdoc/>
        public string? Etag
        {
            get => _state.ETag;
            set => _state.ETag = value;
        }

        /// <inheritdoc/>
        public bool RecordExists => _state.RecordExists;

        /// <inheritdoc/>
        public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);

        /// <inheritdoc/>
        public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

        /// <inheritdoc/>
        public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

        Task IStorage.ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync(cancellationToken);

        Task IStorage.WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync(cancellationToken);

        Task IStorage.ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync(cancellationToken);

        private static TState NewState()
        {
            if (typeof(TState).IsValueType)
            {
                return default!;
            }

            return typeof(TState).GetConstructor(Type.EmptyTypes) is null && typeof(TState) == typeof(string)
                ? default!
                : typeof(TState).GetConstructor(Type.EmptyTypes) is not null
                    ? Activator.CreateInstance<TState>()
                    : (TState)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(typeof(TState));
        }

        private Task ReadStateAsync(CancellationToken cancellationToken) => Enqueue(ActivityNames.StorageRead, async () =>
        {
            await _store.ReadStateAsync(_name, _context.GrainId, _state, cancellationToken);
            _state.State ??= NewState();
        });

        private Task WriteStateAsync(CancellationToken cancellationToken)
        {
            ThrowIfNotInTurn();
            if (_waitingWrite is { IsCompleted: false } waiting)
            {
                return waiting;
            }

            var started = false;
            var write = Enqueue(ActivityNames.StorageWrite, () =>
            {
                // From here on memory may change after it was read: later writes need one of their own.
                started = true;
                _waitingWrite = null;
                return _store.WriteStateAsync(_name, _context.GrainId, _state, cancellationToken);
            });
            _waitingWrite = started ? null : write;
            return write;
        }

        private Task ClearStateAsync(CancellationToken cancellationToken) => Enqueue(ActivityNames.StorageClear, async () =>
        {
            await _store.ClearStateAsync(_name, _context.GrainId, _state, cancellationToken);
            _state.State = NewState();
        });

        private Task Enqueue(string operation, Func<Task> run)
        {
            ThrowIfNotInTurn();
            return _last = _last.IsCompleted ? RunAsync(operation, run) : AfterLast(_last, operation, run);
        }

        private async Task AfterLast(Task last, string operation, Func<Task> run)
        {
            await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            await RunAsync(operation, run);
        }

        private async Task RunAsync(string operation, Func<Task> run)
        {
            using var span = ActivitySourcesOf.Storage.StartActivity(operation, ActivityKind.Client);
            span?.SetTag("orleans.grain.id", _context.GrainId.ToString());
            span?.SetTag("orleans.storage.provider", _store.GetType().Name);
            span?.SetTag("orleans.storage.state.name", _name);
            try
            {
                await run();
            }
            catch (Exception exception) when (exception is not (InconsistentStateException or OperationCanceledException))
            {
                span?.SetStatus(ActivityStatusCode.Error, exception.Message);
                throw new OrleansException(
                    $"Storage failed to {operation} {_name} of {_context.GrainId} with {_store.GetType()}: {exception.Message}", exception);
            }
        }

        private void ThrowIfNotInTurn()
        {
            if (!ReferenceEquals(RuntimeContext.Current, _context))
            {
                throw new InvalidOperationException(
                    $"Activation access violation: state {_name} of {_context.GrainId} was used outside of its turns, for example after "
                    + "ConfigureAwait(false) or in Task.Run.");
            }
        }
    }
}

namespace Orleans.Runtime
{
    internal sealed class PersistentState<TState>(string name, IGrainContext context, IGrainStorage storage)
        : Core.StateStorageBridge<TState>(name, context, storage), IPersistentState<TState>
    {
        internal void LoadWith(IGrainLifecycle lifecycle) => lifecycle.Subscribe(
            GetType().FullName!, GrainLifecycleStage.SetupState, ((Core.IStorage)this).ReadStateAsync);
    }
}
