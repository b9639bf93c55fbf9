using Switchboard.Commands;
using Switchboard.Events;

namespace Switchboard.Streams.Tests.Kafka;

/// <summary>Events that are only carried, never decoded.</summary>
internal static class Samples
{
    public static EventRecord Record(Guid? stream = null, long version = 1, string payload = """{"title":"Disk full"}""") => new()
    {
        Tenant = "case-management",
        OrgId = new Guid("11111111-2222-3333-4444-555555555555"),
        StreamType = "case",
        StreamId = stream ?? new Guid("99999999-8888-7777-6666-555555555555"),
        Version = version,
        EventId = Guid.NewGuid(),
        Type = "case.opened",
        Schema = 2,
        Payload = payload,
        Actor = Actor.User(new Guid("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee")),
        CorrelationId = "req-1",
        CausationId = "cause-1",
        TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        OccurredAt = new DateTimeOffset(2026, 11, 1, 10, 0, 0, TimeSpan.Zero),
        RecordedAt = new DateTimeOffset(2026, 11, 1, 10, 0, 1, TimeSpan.Zero),
        Epoch = 1,
        Tx = 18446744073709551615,
        Seq = 43,
    };
}
