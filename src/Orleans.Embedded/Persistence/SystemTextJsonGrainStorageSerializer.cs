using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Serialization;

namespace Orleans.Serialization
{
    /// <summary>How states become JSON.</summary>
    public sealed class SystemTextJsonGrainStorageSerializerOptions
    {
        /// <summary>The options of System.Text.Json.</summary>
        public JsonSerializerOptions JsonSerializerOptions { get; } = new();
    }
}

namespace Orleans.Storage
{
    /// <summary>States as JSON of System.Text.Json.</summary>
    public sealed class SystemTextJsonGrainStorageSerializer(IOptions<SystemTextJsonGrainStorageSerializerOptions> options)
        : IGrainStorageSerializer
    {
        private readonly JsonSerializerOptions _options = options.Value.JsonSerializerOptions;

        /// <inheritdoc/>
        public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, _options));

        /// <inheritdoc/>
        public T? Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input.ToMemory().Span, _options);
    }
}

namespace Orleans.Hosting
{
    /// <summary>Storage of states as JSON of System.Text.Json.</summary>
    public static class SystemTextJsonSerializerExtensions
    {
        /// <summary>Stores states as JSON of System.Text.Json unless a provider has a serializer of its own.</summary>
        public static ISiloBuilder UseSystemTextJsonGrainStorageSerializer(this ISiloBuilder siloBuilder) =>
            siloBuilder.ConfigureServices(services =>
                services.AddSingleton<Storage.IGrainStorageSerializer, Storage.SystemTextJsonGrainStorageSerializer>());
    }
}
