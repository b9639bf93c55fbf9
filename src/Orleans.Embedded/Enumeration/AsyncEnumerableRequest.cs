using Orleans.Concurrency;
using Orleans.Invocation;
using Orleans.Serialization.Invocation;

namespace Orleans.Invocation
{
    /// <summary>Says that a request class itself is what the method returns, after it was initialized.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class ReturnValueProxyAttribute(string initializerMethodName) : Attribute
    {
        /// <summary>The method that initializes it.</summary>
        public string InitializerMethodName { get; } = initializerMethodName;
    }
}

namespace Orleans.Runtime
{
    /// <summary>What a step of an enumeration brought.</summary>
    [GenerateSerializer]
    public enum EnumerationResult
    {
        /// <summary>Nothing yet; ask again.</summary>
        Heartbeat = 1,

        /// <summary>One element.</summary>
        Element = 1 << 1,

        /// <summary>Several elements.</summary>
        Batch = 1 << 2,

        /// <summary>The end.</summary>
        Completed = 1 << 3,

        /// <summary>One element and the end.</summary>
        CompletedWithElement = Completed | Element,

        /// <summary>Several elements and the end.</summary>
        CompletedWithBatch = Completed | Batch,

        /// <summary>The grain does not know the enumeration, mostly because it was deactivated meanwhile.</summary>
        MissingEnumeratorError = 1 << 4,

        /// <summary>The method failed.</summary>
        Error = 1 << 5,

        /// <summary>The enumeration was cancelled.</summary>
        Canceled = 1 << 6,
    }

    /// <summary>A call of a method that returns a sequence.</summary>
    /// <typeparam name="T">Its elements.</typeparam>
    public interface IAsyncEnumerableRequest<T> : IRequest
    {
        /// <summary>Most elements that one step brings.</summary>
        int MaxBatchSize { get; set; }

        /// <summary>Calls the method.</summary>
        IAsyncEnumerable<T> InvokeImplementation();
    }

    /// <summary>Steps of enumerations, carried out by the grain whose method is enumerated.</summary>
    public interface IAsyncEnumerableGrainExtension : IGrainExtension
    {
        /// <summary>Calls the method and takes the first step.</summary>
        [AlwaysInterleave]
        ValueTask<(EnumerationResult Status, object? Value)> StartEnumeration<T>(
            Guid requestId, [Immutable] IAsyncEnumerableRequest<T> request, CancellationToken cancellationToken);

        /// <summary>Calls the method and takes the first step.</summary>
        [AlwaysInterleave]
        ValueTask<(EnumerationResult Status, object? Value)> StartEnumeration<T>(
            Guid requestId, [Immutable] IAsyncEnumerableRequest<T> request);

        /// <summary>Takes the next step.</summary>
        [AlwaysInterleave]
        ValueTask<(EnumerationResult Status, object? Value)> MoveNext<T>(Guid requestId, CancellationToken cancellationToken);

        /// <summary>Takes the next step.</summary>
        [AlwaysInterleave]
        ValueTask<(EnumerationResult Status, object? Value)> MoveNext<T>(Guid requestId);

        /// <summary>Ends the enumeration.</summary>
        [AlwaysInterleave]
        ValueTask DisposeAsync(Guid requestId);
    }

    /// <summary>Sequences from grains.</summary>
    public static class AsyncEnumerableExtensions
    {
        /// <summary>Sets how many elements one step brings at most; sequences that are not from grains stay as they are.</summary>
        public static IAsyncEnumerable<T> WithBatchSize<T>(this IAsyncEnumerable<T> self, int maxBatchSize)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(maxBatchSize, 1);
            if (self is IAsyncEnumerableRequest<T> request)
            {
                request.MaxBatchSize = maxBatchSize;
            }

            return self;
        }
    }

    /// <summary>A request whose method returns a sequence. It is the sequence: enumerating it calls the grain step by step.</summary>
    /// <typeparam name="T">Its elements.</typeparam>
    [SuppressReferenceTracking]
    [ReturnValueProxy(nameof(InitializeRequest))]
    public abstract class AsyncEnumerableRequest<T> : RequestBase, IAsyncEnumerable<T>, IAsyncEnumerableRequest<T>
    {
        private GrainReference? _target;

        /// <inheritdoc/>
        [Id(0)]
        public int MaxBatchSize { get; set; } = 100;

        /// <summary>Binds the request to the grain it will be sent to.</summary>
        public IAsyncEnumerable<T> InitializeRequest(GrainReference targetGrainReference)
        {
            _target = targetGrainReference;
            return this;
        }

        /// <inheritdoc/>
        public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new RemoteEnumerator<T>(
            _target!.Cast<IAsyncEnumerableGrainExtension>(), this, GetCancellationToken(), cancellationToken);

        /// <inheritdoc/>
        public IAsyncEnumerable<T> InvokeImplementation() => InvokeInner();

        /// <inheritdoc/>
        public override ValueTask<Response> Invoke() => throw NotSent();

        internal sealed override Task Start() => throw NotSent();

        internal sealed override Task CopyResult(Task succeeded, bool shareResult) => throw NotSent();

        internal sealed override Task ToTask(Response response) => throw NotSent();

        private protected sealed override Task Unwrap(Task<Task> later) => throw NotSent();

        /// <summary>Calls the method.</summary>
        protected abstract IAsyncEnumerable<T> InvokeInner();

        private static NotSupportedException NotSent() => new("The request of a sequence is enumerated, not sent.");
    }
}
