using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Events;
using Switchboard.Grains.DeadLetters;
using Switchboard.Grains.EventStore;
using Switchboard.Projects;
using Switchboard.Storage.Events;

namespace Switchboard.Storage.Tests.Events;

/// <summary>
/// Every event type that was ever stored has a file in <c>Golden/</c>, named <c>{type}.v{version}.json</c>. A file that was released
/// is never edited: the event of that time must be readable for ever.
/// </summary>
public sealed class EventCodecTests
{
    private static readonly EventCodec _codec = new();
    private static readonly string _golden = Path.Combine(AppContext.BaseDirectory, "Golden");

    public static TheoryData<string> GoldenFiles => [.. Directory.EnumerateFiles(_golden, "*.json").Select(file => Path.GetFileName(file)!).Order()];

    [Theory]
    [MemberData(nameof(GoldenFiles))]
    public void A_stored_event_is_read_and_written_again_without_loss(string file)
    {
        var golden = JsonNode.Parse(File.ReadAllText(Path.Combine(_golden, file)))!;
        var (name, version) = (golden["type"]!.GetValue<string>(), golden["version"]!.GetValue<int>());
        file.ShouldBe($"{name}.v{version}.json");

        var body = _codec.Decode(name, version, JsonSerializer.SerializeToUtf8Bytes(golden["payload"]));

        _codec.NameOf(body.GetType()).ShouldBe((name, (short)version));
        JsonNode.DeepEquals(JsonNode.Parse(_codec.Encode(body)), golden["payload"]).ShouldBeTrue();
    }

    [Fact]
    public void Every_event_type_has_a_golden_file_that_sets_every_member()
    {
        foreach (var (type, name, version) in _codec.Known)
        {
            var file = Path.Combine(_golden, $"{name}.v{version}.json");
            File.Exists(file).ShouldBeTrue(
                $"{type.Name} has no golden file. Write {Path.GetFileName(file)} with type, version and a payload that sets every member.");
            var payload = JsonNode.Parse(File.ReadAllText(file))!["payload"]!.AsObject();
            var members = type.GetProperties().Where(property => property.Name != "EqualityContract").Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
            payload.Select(pair => pair.Key).Order().ShouldBe(members.Order(), $"members in {Path.GetFileName(file)}");
        }
    }

    [Fact]
    public void An_absent_member_of_an_old_event_is_null()
    {
        var body = (ProjectCreated)_codec.Decode(
            "project.created", 1, """{"key":"OPS","name":"Operations","settings":{},"enabled_custom_case_types":[]}"""u8);

        body.TeamId.ShouldBeNull();
        body.ColumnsConfig.ShouldBeNull();
    }

    [Fact]
    public void Members_that_this_release_does_not_know_are_passed_over()
    {
        var body = (TitleChanged)_codec.Decode("case.title_changed", 1, """{"from":"a","to":"b","reason":{"of":"a newer release"}}"""u8);

        body.ShouldBe(new TitleChanged("a", "b"));
    }

    [Fact]
    public void A_type_that_this_release_does_not_know_is_named()
    {
        var error = Should.Throw<EventDecodeException>(() => _codec.Decode("case.teleported", 3, "{}"u8));

        error.Reason.ShouldBe(DeadLetterReason.UnknownType);
        error.Message.ShouldContain("'case.teleported' version 3");
    }

    [Fact]
    public void A_schema_of_a_newer_release_is_told_from_an_unknown_type()
    {
        var error = Should.Throw<EventDecodeException>(() => _codec.Decode("case.title_changed", 9, "{}"u8));

        error.Reason.ShouldBe(DeadLetterReason.FutureSchema);
        error.Message.ShouldContain("up to version 1");
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"from\":7,\"to\":\"b\"}")]
    [InlineData("{\"from\":\"a\",\"to\":\"\\ud800\"}")]
    [InlineData("")]
    public void A_payload_that_is_not_of_its_type_is_undecodable(string payload)
    {
        var error = Should.Throw<EventDecodeException>(() => _codec.Decode("case.title_changed", 1, System.Text.Encoding.UTF8.GetBytes(payload)));

        error.Reason.ShouldBe(DeadLetterReason.Undecodable);
    }

    [Fact]
    public void Two_types_with_one_stored_name_stop_the_start()
    {
        var error = Should.Throw<InvalidOperationException>(() => new EventCodec([typeof(TitleChanged), typeof(TitleChanged)]));

        error.Message.ShouldContain("'case.title_changed'");
    }

    [Fact]
    public void A_type_without_a_stored_name_stops_the_start()
    {
        Should.Throw<InvalidOperationException>(() => new EventCodec([typeof(Nameless)])).Message.ShouldContain("[EventType]");
        Should.Throw<InvalidOperationException>(() => new EventCodec([typeof(Unlisted)])).Message.ShouldContain("EventJsonContext");
    }

    [Fact]
    public void Metadata_is_read_as_it_was_written()
    {
        var metadata = new EventMetadata(Actor.User(Guid.CreateVersion7()), "request \"1\" ü", "cause", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        _codec.DecodeMetadata(_codec.Encode(metadata)).ShouldBe(metadata);
    }

    [Fact]
    public void Letters_beyond_ASCII_are_stored_as_they_are()
    {
        var json = System.Text.Encoding.UTF8.GetString(_codec.Encode(new TitleChanged("Zürich <b>", "東京 \"x\" 🚨")));

        json.ShouldContain("Zürich <b>");
        json.ShouldContain("東京");
        _codec.Decode("case.title_changed", 1, System.Text.Encoding.UTF8.GetBytes(json)).ShouldBe(new TitleChanged("Zürich <b>", "東京 \"x\" 🚨"));
    }

    [Fact]
    public void Attributes_keep_the_order_of_their_values()
    {
        var attributes = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("team", ["b", "a"]);

        var body = (AttributesReplaced)_codec.Decode("case.attributes_replaced", 1, _codec.Encode(new AttributesReplaced(attributes.Clear(), attributes)));

        body.To["team"].ShouldBe(["b", "a"]);
    }

    private sealed record Nameless : DomainEvent;

    [EventType("test.unlisted")]
    private sealed record Unlisted : DomainEvent;
}
