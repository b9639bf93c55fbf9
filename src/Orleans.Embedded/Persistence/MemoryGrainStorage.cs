using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Orleans.Configuration
{
    /// <summary>Storage in the memory of the process.</summary>
    public class MemoryGrainStorageOptions : IStorageProviderSerializerOptions
    {
        /// <summary>The default of <see cref="NumStorageGrains"/>.</summary>
        public const int NumStorageGrainsDefaultValue = 10;

        /// <summary>The default of <see cref="InitStage"/>.</summary>
        public const int DEFAULT_INIT_STAGE = ServiceLifecycleStage.ApplicationServices;

        /// <summary>Has no effect: the embedded engine needs no grains for it.</summary>
        public int NumStorageGrains { get; set; } = NumStorageGrainsDefaultValue;

        /// <summary>Has no effect: there is nothing to start.</summary>
        public int InitStage { get; set; } = DEFAULT_INIT_STAGE;

        /// <summary>Turns states into bytes, so that what is stored is a copy.</summary>
        public IGrainStorageSerializer GrainStorageSerializer { get; set; } = default!;
    }
}

namespace Orleans.Hosting
{
    /// <summary>Adds storage in memory.</summary>
    public static class MemoryGrainStorageSiloBuilderExtensions
    {
        /// <summary>Adds storage in memory under a name.</summary>
        public static ISiloBuilder AddMemoryGrainStorage(
            this ISiloBuilder builder, string name, Action<MemoryGrainStorageOptions> configureOptions) =>
            builder.AddMemoryGrainStorage(name, (OptionsBuilder<MemoryGrainStorageOptions> options) => options.Configure(configureOptions));

        /// <summary>Adds storage in memory under a name.</summary>
        public static ISiloBuilder AddMemoryGrainStorage(
            this ISiloBuilder builder, string name, Action<OptionsBuilder<MemoryGrainStorageOptions>>? configureOptions = null)
        {
            configureOptions?.Invoke(builder.Services.AddOptions<MemoryGrainStorageOptions>(name));
            builder.Services.AddGrainStorage(name, static (services, name) => new MemoryStorage(
                services.GetRequiredService<IOptionsMonitor<MemoryGrainStorageOptions>>().Get(name).GrainStorageSerializer
                ?? services.GetKeyedService<IGrainStorageSerializer>(name)
                ?? services.GetRequiredService<IGrainStorageSerializer>()));
            return builder;
        }

        /// <summary>Adds storage in memory as the default.</summary>
        public static ISiloBuilder AddMemoryGrainStorageAsDefault(
            this ISiloBuilder builder, Action<MemoryGrainStorageOptions> configureOptions) =>
            builder.AddMemoryGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

        /// <summary>Adds storage in memory as the default.</summary>
        public static ISiloBuilder AddMemoryGrainStorageAsDefault(
            this ISiloBuilder builder, Action<OptionsBuilder<MemoryGrainStorageOptions>>? configureOptions = null) =>
            builder.AddMemoryGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);
    }
}

namespace Orleans.Storage
{
    /// <summary>States in memory, as bytes and with an ETag that every write changes.</summary>
    internal sealed class MemoryStorage(IGrainStorageSerializer serializer) : IGrainStorage
    {
        private readonly ConcurrentDictionary<(string State, GrainId Grain), Record> _records = new();
        private long _version;

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            if (_records.TryGetValue((stateName, grainId), out var record))
            {
                grainState.State = serializer.Deserialize<T>(record.Data);
                grainState.ETag = record.ETag;
                grainState.RecordExists = true;
            }
            else
            {
                Reset(grainState);
            }

            return Task.CompletedTask;
        }

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            var key = (stateName, grainId);
            var next = new Record(
                serializer.Serialize(grainState.State), Interlocked.Increment(ref _version).ToString(CultureInfo.InvariantCulture));
            var stored = _records.GetValueOrDefault(key);
            if (stored?.ETag != grainState.ETag
                || !(stored is null ? _records.TryAdd(key, next) : _records.TryUpdate(key, next, stored)))
            {
                throw Conflict(stateName, grainId, grainState.ETag);
            }

            grainState.ETag = next.ETag;
            grainState.RecordExists = true;
            return Task.CompletedTask;
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            var key = (stateName, grainId);
            if (_records.TryGetValue(key, out var stored)
                && (stored.ETag != grainState.ETag || !_records.TryRemove(new KeyValuePair<(string, GrainId), Record>(key, stored))))
            {
                throw Conflict(stateName, grainId, grainState.ETag);
            }

            Reset(grainState);
            return Task.CompletedTask;
        }

        private static void Reset<T>(IGrainState<T> state)
        {
            state.State = default;
            state.ETag = null;
            state.RecordExists = false;
        }

        private InconsistentStateException Conflict(string stateName, GrainId grainId, string? expected) => new(
            $"State {stateName} of {grainId} was changed by somebody else.",
            _records.GetValueOrDefault((stateName, grainId))?.ETag,
            expected);

        private sealed record Record(BinaryData Data, string ETag);
    }
}
