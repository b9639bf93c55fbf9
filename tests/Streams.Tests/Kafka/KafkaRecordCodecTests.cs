using System.Text;
using Switchboard.Streams.Kafka;

namespace Switchboard.Streams.Tests.Kafka;

/// <summary>Shares nothing.</summary>
public sealed class KafkaRecordCodecTests
{
    /// <summary>Other programs read this: it may get members, and nothing in it may change.</summary>
    private const string Golden =
        """
        {"envelope":1,"tenant":"case-management","orgId":"11111111-2222-3333-4444-555555555555","streamType":"case","streamId":"99999999-8888-7777-6666-555555555555","version":1,"eventId":"01234567-89ab-cdef-0123-456789abcdef","type":"case.opened","schema":2,"actorKind":"User","actorId":"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee","correlationId":"req-1","causationId":"cause-1","traceParent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","occurredAt":"2026-11-01T10:00:00+00:00","recordedAt":"2026-11-01T10:00:01+00:00","epoch":1,"tx":18446744073709551615,"seq":43,"payload":{"title":"Disk full"}}
        """;

    [Fact]
    public void The_value_of_a_record_is_what_it_was_in_the_first_release()
    {
        var record = Samples.Record() with { EventId = new Guid("01234567-89ab-cdef-0123-456789abcdef") };
        Encoding.UTF8.GetString(KafkaRecordCodec.Encode(record)).ShouldBe(Golden);
        KafkaRecordCodec.Decode(Encoding.UTF8.GetBytes(Golden)).ShouldBe(record);
    }

    [Theory]
    [InlineData("""{"a":[1,2,{"b":null}],"text":"Größe \"x\" 😀 \\ \u0000"}""")]
    [InlineData("{}")]
    [InlineData("""{ "spaced" : 1.50 }""")]
    public void A_body_travels_as_it_was_stored(string payload)
    {
        var record = Samples.Record(payload: payload);
        KafkaRecordCodec.Decode(KafkaRecordCodec.Encode(record)).ShouldBe(record);
    }

    [Fact]
    public void Members_that_a_newer_release_adds_are_passed_over() =>
        KafkaRecordCodec.Decode(Encoding.UTF8.GetBytes(Golden.Replace("\"seq\":43", "\"seq\":43,\"region\":{\"a\":[1]}", StringComparison.Ordinal))).Seq.ShouldBe(43);

    [Theory]
    [InlineData("", "has no value")]
    [InlineData("hello", "not the JSON of an event")]
    [InlineData("[1]", "not an object")]
    [InlineData("{}", "no envelope version")]
    [InlineData("""{"envelope":"1"}""", "not the JSON of an event")]
    [InlineData("""{"envelope":1}""", "lacks 'tenant'")]
    [InlineData("""{"envelope":1,"tenant":"x""", "not the JSON of an event")]
    [InlineData("""{"envelope":1}{"envelope":1}""", "not the JSON of an event")]
    public void What_is_not_a_record_is_refused_with_the_reason(string value, string reason) =>
        Should.Throw<FormatException>(() => KafkaRecordCodec.Decode(Encoding.UTF8.GetBytes(value))).Message.ShouldContain(reason);

    [Fact]
    public void A_record_of_a_newer_envelope_is_refused_with_both_versions()
    {
        var newer = Encoding.UTF8.GetBytes(Golden.Replace("\"envelope\":1", "\"envelope\":2", StringComparison.Ordinal));
        Should.Throw<FormatException>(() => KafkaRecordCodec.Decode(newer)).Message.ShouldContain("envelope is version 2; this release reads version 1");
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused()
    {
        var value = Encoding.UTF8.GetBytes(Golden);
        value[^5] = 0xff;
        Should.Throw<FormatException>(() => KafkaRecordCodec.Decode(value)).Message.ShouldContain("not UTF-8");
    }

    [Fact]
    public void Mutated_bytes_are_a_record_or_refused_and_nothing_else()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var refused = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var value = Encoding.UTF8.GetBytes(Golden);
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                value[random.Next(value.Length)] = (byte)random.Next(32, 127);
            }

            try
            {
                KafkaRecordCodec.Decode(value[..random.Next(value.Length / 2, value.Length + 1)]);
            }
            catch (FormatException)
            {
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(10_000);
    }

    [Fact]
    public void Headers_tell_what_others_route_by()
    {
        var record = Samples.Record();
        KafkaHeaders.ToText(KafkaHeaders.Of(record)).ShouldBe(
            new Dictionary<string, string>
            {
                ["causation-id"] = "cause-1",
                ["correlation-id"] = "req-1",
                ["envelope-version"] = "1",
                ["event-id"] = record.EventId.ToString("D"),
                ["event-type"] = "case.opened",
                ["org-id"] = "11111111-2222-3333-4444-555555555555",
                ["schema-version"] = "2",
                ["tenant"] = "case-management",
                ["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
            ignoreOrder: true);
    }

    [Fact]
    public void Foreign_headers_are_kept_as_text_whatever_they_hold() =>
        KafkaHeaders.ToText(new Confluent.Kafka.Headers { { "a", "x"u8.ToArray() }, { "a", [0xff, 0x00] }, { "b", null } }).ShouldBe(
            new Dictionary<string, string> { ["a"] = "x", ["a#2"] = "base64:/wA=", ["b"] = "" }, ignoreOrder: true);
}
