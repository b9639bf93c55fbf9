using Orleans.Metadata;
using Orleans.Placement;
using Orleans.Runtime;

namespace Orleans.CodeGeneration
{
    /// <summary>How a request may be delivered and interleaved.</summary>
    [Flags]
    [GenerateSerializer]
    public enum InvokeMethodOptions
    {
        /// <summary>One request at a time, with an answer.</summary>
        None = 0,

        /// <summary>No answer is sent.</summary>
        OneWay = 1,

        /// <summary>May run beside other read-only requests.</summary>
        ReadOnly = 2,

        /// <summary>May run beside any request.</summary>
        AlwaysInterleave = 4,

        /// <summary>Has no effect; kept for compatibility.</summary>
        Unordered = 8,
    }
}

namespace Orleans.Concurrency
{
    /// <summary>Lets calls of the method run while any other request of the activation is unfinished.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class AlwaysInterleaveAttribute : Attribute
    {
    }

    /// <summary>Lets calls of the method run beside other read-only calls.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class ReadOnlyAttribute : Attribute
    {
    }

    /// <summary>The caller does not wait: its task is complete at once and exceptions are only logged.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class OneWayAttribute : Attribute
    {
    }

    /// <summary>Lets every request of the class start while others await; still one turn at a time.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class ReentrantAttribute : Attribute, IGrainPropertiesProviderAttribute
    {
        /// <inheritdoc/>
        public void Populate(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties) =>
            properties[WellKnownGrainTypeProperties.Reentrant] = "true";
    }

    /// <summary>Names a predicate of the class, <c>static bool M(IInvokable)</c> or instance, that says which requests may interleave.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class MayInterleaveAttribute(string callbackMethodName) : Attribute, IGrainPropertiesProviderAttribute
    {
        internal string CallbackMethodName { get; } = callbackMethodName;

        /// <inheritdoc/>
        public void Populate(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties) =>
            properties[WellKnownGrainTypeProperties.MayInterleavePredicate] = CallbackMethodName;
    }

    /// <summary>Has no effect; messages are never guaranteed to be ordered.</summary>
    [AttributeUsage(AttributeTargets.Interface)]
    [Obsolete("Message ordering is not guaranteed regardless of whether this attribute is used. This attribute has no effect.")]
    public sealed class UnorderedAttribute : Attribute
    {
    }

    /// <summary>Several activations per id may serve calls at once; the class must keep no state between calls.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class StatelessWorkerAttribute : PlacementAttribute, IGrainPropertiesProviderAttribute
    {
        /// <summary>Up to one activation per processor, idle ones removed.</summary>
        public StatelessWorkerAttribute()
            : this(Environment.ProcessorCount)
        {
        }

        /// <summary>Up to <paramref name="maxLocalWorkers"/> activations, idle ones removed.</summary>
        public StatelessWorkerAttribute(int maxLocalWorkers)
            : this(maxLocalWorkers, removeIdleWorkers: true)
        {
        }

        /// <summary>Up to <paramref name="maxLocalWorkers"/> activations.</summary>
        public StatelessWorkerAttribute(int maxLocalWorkers, bool removeIdleWorkers)
            : base(new StatelessWorkerPlacement(maxLocalWorkers, removeIdleWorkers))
        {
        }
    }

    /// <summary>Wraps a value that is promised not to change, so that it is shared and not copied.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    [GenerateSerializer]
    [Immutable]
    public readonly struct Immutable<T>(T value)
    {
        /// <summary>The wrapped value.</summary>
        [Id(0)]
        public readonly T Value = value;
    }

    /// <summary>Wraps values as <see cref="Immutable{T}"/>.</summary>
    public static class ImmutableExtensions
    {
        /// <summary>Promises that <paramref name="value"/> will not change.</summary>
        public static Immutable<T> AsImmutable<T>(this T value) => new(value);
    }
}
