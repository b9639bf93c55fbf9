using Orleans.Core;
using Orleans.Runtime;

namespace Orleans
{
    /// <summary>A piece of state on its way to or from storage.</summary>
    /// <typeparam name="T">The state.</typeparam>
    public interface IGrainState<T>
    {
        /// <summary>The state.</summary>
        T? State { get; set; }

        /// <summary>The version that storage gave it, or null.</summary>
        string? ETag { get; set; }

        /// <summary>Whether storage holds it.</summary>
        bool RecordExists { get; set; }
    }

    /// <summary>A piece of state on its way to or from storage.</summary>
    /// <typeparam name="T">The state.</typeparam>
    [GenerateSerializer]
    public sealed class GrainState<T> : IGrainState<T>
    {
        /// <summary>No state.</summary>
        public GrainState()
        {
        }

        /// <summary>A state.</summary>
        public GrainState(T? state)
            : this(state, null)
        {
        }

        /// <summary>A state and its version.</summary>
        public GrainState(T? state, string? eTag)
        {
            State = state;
            ETag = eTag;
        }

        /// <inheritdoc/>
        [Id(0)]
        public T? State { get; set; }

        /// <inheritdoc/>
        [Id(1)]
        public string? ETag { get; set; }

        /// <inheritdoc/>
        [Id(2)]
        public bool RecordExists { get; set; }
    }

    /// <summary>Says how a constructor parameter of a grain is made.</summary>
    public interface IFacetMetadata
    {
    }
}

namespace Orleans.Core
{
    /// <summary>Stored state of a grain.</summary>
    public interface IStorage
    {
        /// <summary>The version that storage gave it, or null.</summary>
        string? Etag { get; }

        /// <summary>Whether storage holds it.</summary>
        bool RecordExists { get; }

        /// <summary>Removes it and resets it in memory.</summary>
        Task ClearStateAsync();

        /// <summary>Removes it and resets it in memory.</summary>
        Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();

        /// <summary>Stores it.</summary>
        /// <exception cref="Storage.InconsistentStateException">Somebody else stored a newer version.</exception>
        Task WriteStateAsync();

        /// <summary>Stores it.</summary>
        /// <exception cref="Storage.InconsistentStateException">Somebody else stored a newer version.</exception>
        Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

        /// <summary>Loads it, dropping what is in memory.</summary>
        Task ReadStateAsync();

        /// <summary>Loads it, dropping what is in memory.</summary>
        Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();
    }

    /// <summary>Stored state of a grain.</summary>
    /// <typeparam name="TState">The state.</typeparam>
    public interface IStorage<TState> : IStorage
    {
        /// <summary>The state in memory.</summary>
        TState State { get; set; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>Stored state that is loaded before the grain activates.</summary>
    /// <typeparam name="TState">The state.</typeparam>
    public interface IPersistentState<TState> : IStorage<TState>
    {
    }

    /// <summary>Which state a constructor parameter stands for.</summary>
    public interface IPersistentStateConfiguration
    {
        /// <summary>Name of the state.</summary>
        string StateName { get; }

        /// <summary>Name of the storage provider; null is the default one.</summary>
        string? StorageName { get; }
    }

    /// <summary>Makes a constructor parameter of type <see cref="IPersistentState{TState}"/> a stored state.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public class PersistentStateAttribute(string stateName, string? storageName = null)
        : Attribute, IFacetMetadata, IPersistentStateConfiguration
    {
        /// <inheritdoc/>
        public string StateName { get; } = stateName ?? throw new ArgumentNullException(nameof(stateName));

        /// <inheritdoc/>
        public string? StorageName { get; } = storageName;
    }

    /// <summary>Makes stored states.</summary>
    public interface IPersistentStateFactory
    {
        /// <summary>Makes a stored state of the activation and has it loaded before activation.</summary>
        IPersistentState<TState> Create<TState>(IGrainContext context, IPersistentStateConfiguration config);
    }

    /// <summary>Makes constructor parameters that carry an attribute.</summary>
    /// <typeparam name="TMetadata">The attribute.</typeparam>
    public interface IAttributeToFactoryMapper<in TMetadata>
        where TMetadata : IFacetMetadata
    {
        /// <summary>A factory of the parameter's values, called once for every activation.</summary>
        Factory<IGrainContext, object> GetFactory(System.Reflection.ParameterInfo parameter, TMetadata metadata);
    }
}

namespace Orleans
{
    /// <summary>Makes instances.</summary>
    public delegate TInstance Factory<out TInstance>();

    /// <summary>Makes instances.</summary>
    public delegate TInstance Factory<in TParam1, out TInstance>(TParam1 param1);

    /// <summary>Makes instances.</summary>
    public delegate TInstance Factory<in TParam1, in TParam2, out TInstance>(TParam1 param1, TParam2 param2);
}

namespace Orleans.Storage
{
    /// <summary>Stores the state of grains.</summary>
    public interface IGrainStorage
    {
        /// <summary>Loads: sets state, ETag and RecordExists; a fresh state if there is no record.</summary>
        Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <summary>Loads: sets state, ETag and RecordExists; a fresh state if there is no record.</summary>
        Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
            ReadStateAsync(stateName, grainId, grainState);

        /// <summary>Stores if the ETag is current, and sets the new one.</summary>
        /// <exception cref="InconsistentStateException">The ETag is stale.</exception>
        Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <summary>Stores if the ETag is current, and sets the new one.</summary>
        /// <exception cref="InconsistentStateException">The ETag is stale.</exception>
        Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
            WriteStateAsync(stateName, grainId, grainState);

        /// <summary>Removes the record if the ETag is current.</summary>
        /// <exception cref="InconsistentStateException">The ETag is stale.</exception>
        Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <summary>Removes the record if the ETag is current.</summary>
        /// <exception cref="InconsistentStateException">The ETag is stale.</exception>
        Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
            ClearStateAsync(stateName, grainId, grainState);
    }

    /// <summary>Turns state into bytes.</summary>
    public interface IGrainStorageSerializer
    {
        /// <summary>Bytes of a state.</summary>
        BinaryData Serialize<T>(T? input);

        /// <summary>A state from its bytes.</summary>
        T? Deserialize<T>(BinaryData input);
    }

    /// <summary>Options of a storage provider that has a serializer.</summary>
    public interface IStorageProviderSerializerOptions
    {
        /// <summary>The serializer.</summary>
        IGrainStorageSerializer GrainStorageSerializer { get; set; }
    }

    /// <summary>
    /// The stored version is not the one that was read. If it escapes a grain's method, the activation ends, so that the next call
    /// reads again.
    /// </summary>
    [GenerateSerializer]
    public class InconsistentStateException : OrleansException
    {
        /// <summary>A conflict.</summary>
        public InconsistentStateException()
        {
        }

        /// <summary>A conflict.</summary>
        public InconsistentStateException(string message)
            : base(message)
        {
        }

        /// <summary>A conflict and its cause.</summary>
        public InconsistentStateException(string message, Exception? innerException)
            : base(message, innerException!)
        {
        }

        /// <summary>A conflict between two versions.</summary>
        public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag)
            : this(errorMsg, storedEtag, currentEtag, null)
        {
        }

        /// <summary>A conflict between two versions and its cause.</summary>
        public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag, Exception? storageException)
            : base(errorMsg, storageException!)
        {
            StoredEtag = storedEtag;
            CurrentEtag = currentEtag;
        }

        /// <summary>A conflict between two versions and its cause.</summary>
        public InconsistentStateException(string? storedEtag, string? currentEtag, Exception storageException)
            : this(storageException.Message, storedEtag, currentEtag, storageException)
        {
        }

        /// <summary>The version in storage, if known.</summary>
        [Id(1)]
        public string? StoredEtag { get; private set; }

        /// <summary>The version that was to be replaced.</summary>
        [Id(2)]
        public string? CurrentEtag { get; private set; }

        /// <inheritdoc/>
        public override string ToString() => $"{base.ToString()}\nStored ETag: {StoredEtag}, expected ETag: {CurrentEtag}";
    }

    /// <summary>A storage provider is configured wrongly.</summary>
    [GenerateSerializer]
    public sealed class BadProviderConfigException : OrleansException
    {
        /// <summary>A failure.</summary>
        public BadProviderConfigException()
        {
        }

        /// <summary>A failure.</summary>
        public BadProviderConfigException(string msg)
            : base(msg)
        {
        }

        /// <summary>A failure and its cause.</summary>
        public BadProviderConfigException(string msg, Exception exc)
            : base(msg, exc)
        {
        }
    }
}
