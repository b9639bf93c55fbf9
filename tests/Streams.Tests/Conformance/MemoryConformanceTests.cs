using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Streams;
using Switchboard.Events;

namespace Switchboard.Streams.Tests.Conformance;

public sealed class MemoryConformanceTests : StreamConformanceTests
{
    protected override Task<StreamSite> CreateAsync() => Task.FromResult<StreamSite>(new MemorySite());

    private sealed class MemorySite : StreamSite
    {
        public override bool Durable => false;

        public override async Task WriteAsync(IReadOnlyList<EventRecord> records)
        {
            var provider = Silos.Single().GetSiloServiceProvider().GetRequiredKeyedService<IStreamProvider>(Flavor);
            foreach (var record in records)
            {
                await provider.GetStream<EventRecord>(StreamId.Create(Flavor, GrainKeys.Of(record.OrgId, record.StreamId))).OnNextAsync(record);
            }
        }

        protected override void Configure(ISiloBuilder silo) =>
            silo.AddMemoryStreams(Flavor, configure => configure.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly));
    }
}
