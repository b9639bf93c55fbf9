using System.Buffers;
using System.Text;
using System.Text.Json;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Grains.Tests.Speech;

public sealed class EngineMessageTests
{
    private const string Result =
        """
        {"channel":{"alternatives":[{"words":[{"word":"hi","start":1.5,"end":1.75,"confidence":0.5}],"transcript":"h\u00e9","confidence":0.5}]},
         "type":"Results","channel_index":[1,2],"start":1.25,"duration":0.5,"is_final":true,"speech_final":false,"from_finalize":true,
         "metadata":{"model_info":{"name":"x"},"request_id":"11111111-2222-3333-4444-555555555555"},"entities":[]}
        """;

    [Fact]
    public void What_a_relay_must_know_is_read_in_any_order()
    {
        var json = Encoding.UTF8.GetBytes(Result);

        EngineMessage.TryRead(json, out var message).ShouldBeTrue();

        message.ShouldSatisfyAllConditions(
            () => message.Kind.ShouldBe(EngineMessageKind.Results),
            () => message.IsFinal.ShouldBeTrue(),
            () => message.FromFinalize.ShouldBeTrue(),
            () => message.Start.ShouldBe(1.25),
            () => message.Duration.ShouldBe(0.5),
            () => message.Channel.ShouldBe(1),
            () => message.Channels.ShouldBe(2),
            () => message.HasText.ShouldBeTrue(),
            () => Encoding.UTF8.GetString(json[message.RequestId!.Value]).ShouldBe("11111111-2222-3333-4444-555555555555"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{\"type\":\"Results\"")]
    [InlineData("{\"type\":\"Results\"} x")]
    [InlineData("{\"type\":\"Results\",\"start\":\"soon\"}")]
    [InlineData("{\"type\":\"Results\",\"start\":-1}")]
    [InlineData("{\"type\":\"Results\",\"duration\":1e999}")]
    [InlineData("{\"type\":\"Results\",\"is_final\":1}")]
    [InlineData("{\"type\":\"Results\",\"channel_index\":[0.5,1]}")]
    public void Rubbish_is_told_from_messages(string rubbish) =>
        EngineMessage.TryRead(Encoding.UTF8.GetBytes(rubbish), out _).ShouldBeFalse();

    [Fact]
    public void Mutated_messages_are_read_or_refused_and_never_break_anything()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var original = Encoding.UTF8.GetBytes(Result);
        var read = 0;
        for (var round = 0; round < 10_000; round++)
        {
            var mutated = original.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            var piece = mutated.AsSpan(0, random.Next(4) == 0 ? random.Next(mutated.Length) : mutated.Length);
            if (EngineMessage.TryRead(piece, out var message))
            {
                read++;
                (message.Start >= 0 && message.Duration >= 0).ShouldBeTrue();
            }
        }

        read.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Every_time_is_moved_and_nothing_else()
    {
        var output = new ArrayBufferWriter<byte>();

        TimeShift.Write(Encoding.UTF8.GetBytes(Result), 10.1, output);

        using var moved = JsonDocument.Parse(output.WrittenMemory);
        var word = moved.RootElement.GetProperty("channel").GetProperty("alternatives")[0].GetProperty("words")[0];
        moved.RootElement.GetProperty("start").GetDouble().ShouldBe(11.35);
        moved.RootElement.GetProperty("duration").GetDouble().ShouldBe(0.5);
        word.GetProperty("start").GetDouble().ShouldBe(11.6);
        word.GetProperty("end").GetDouble().ShouldBe(11.85);
        word.GetProperty("confidence").GetDouble().ShouldBe(0.5);
        moved.RootElement.GetProperty("channel").GetProperty("alternatives")[0].GetProperty("transcript").GetString().ShouldBe("h\u00e9");
        moved.RootElement.GetProperty("entities").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public void An_utterance_without_a_word_keeps_its_sign()
    {
        var output = new ArrayBufferWriter<byte>();

        TimeShift.Write("""{"type":"UtteranceEnd","channel":[0,1],"last_word_end":-1}"""u8, 5, output);

        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe("""{"type":"UtteranceEnd","channel":[0,1],"last_word_end":-1}""");
    }
}
