using System.Collections.Immutable;
using Switchboard.Grains.CaseStreams;
using Switchboard.Grains.EventStore;

namespace Switchboard.Gateway.Tests.Fakes;

/// <summary>A log that nobody reads in these tests.</summary>
internal sealed class NoCaseEventLog : ICaseEventLog
{
    public ValueTask<FeedPosition> GetHeadAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<CaseEventBatch> ReadAsync(
        FeedPosition after, ImmutableArray<Guid> organisations, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<ResumeVerdict> CheckAsync(FeedPosition from, int window, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
