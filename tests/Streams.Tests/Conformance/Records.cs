using System.Globalization;
using Switchboard.Commands;
using Switchboard.Events;

namespace Switchboard.Streams.Tests.Conformance;

/// <summary>Events of made-up cases, in an order in which a log could have them: mixed, but in order within each case.</summary>
public sealed class Records(int cases, int seed)
{
    private readonly Random _random = new(seed);
    private readonly Guid _org = Guid.CreateVersion7();
    private readonly long[] _versions = new long[cases];

    /// <summary>The cases.</summary>
    public Guid[] Streams { get; } = [.. Enumerable.Range(0, cases).Select(_ => Guid.CreateVersion7())];

    /// <summary>Further events.</summary>
    public EventRecord[] Next(int count) => [.. Enumerable.Range(0, count).Select(_ => NextOf(_random.Next(cases)))];

    /// <summary>The next event of a case.</summary>
    public EventRecord NextOf(int index, int padding = 0) => new()
    {
        Tenant = "case-management",
        OrgId = _org,
        StreamType = "case",
        StreamId = Streams[index],
        Version = ++_versions[index],
        EventId = Guid.CreateVersion7(),
        Type = "case.title_changed",
        Schema = 1,
        Payload = string.Create(CultureInfo.InvariantCulture, $$"""{"to":"{{_versions[index]}}{{new string('x', padding)}}","from":"{{index}}"}"""),
        Actor = Actor.System,
        CorrelationId = "conformance",
        CausationId = null,
        TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        OccurredAt = new DateTimeOffset(2026, 1, 15, 9, 0, 0, TimeSpan.Zero),
        RecordedAt = new DateTimeOffset(2026, 1, 15, 9, 0, 1, TimeSpan.Zero),
        Epoch = 1,
        Tx = 0,
        Seq = 0,
    };
}
