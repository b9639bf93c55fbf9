using System.Net;
using System.Text;
using Switchboard.Gateway.Tests.Fakes;

namespace Switchboard.Gateway.Tests.Http;

public sealed class BadBodyTests : IAsyncLifetime
{
    private GatewayServer _server = null!;
    private FakeOrg _org = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await GatewayServer.StartAsync([Operations.Post(static request => Operations.Say(request, request.Body.Get(Operations.Text) ?? "nothing"))]);
        _org = new FakeOrg(_server.Grains);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("", "the body is empty")]
    [InlineData("{", "not valid JSON at line 1, byte 2")]
    [InlineData("{\"data\":\n  nope}", "not valid JSON at line 2, byte 4")]
    [InlineData("{\"data\":{}} trailing", "not valid JSON at line 1")]
    [InlineData("{\"data\":{},}", "not valid JSON at line 1")]
    [InlineData("[]", "the body must be a JSON object with a member \"data\", not array")]
    [InlineData("null", "not null")]
    [InlineData("{}", "member \"data\" is required")]
    [InlineData("{\"data\":null}", "member \"data\" is required")]
    [InlineData("{\"data\":[]}", "error decoding \"data\": invalid type array")]
    [InlineData("{\"data\":{}}", "got type \"\" expected one of \"thing\"")]
    [InlineData("{\"data\":{\"type\":7}}", "error decoding \"type\": invalid type number")]
    [InlineData("{\"data\":{\"type\":\"project\"}}", "got type \"project\" expected one of \"thing\"")]
    [InlineData("{\"data\":{\"type\":\"thing\",\"attributes\":[]}}", "error decoding \"data.attributes\": invalid type array")]
    [InlineData("{\"data\":{\"type\":\"thing\",\"attributes\":{\"text\":5}}}", "error decoding attribute \"text\": invalid type number")]
    [InlineData("{\"data\":{\"type\":\"thing\",\"attributes\":{\"text\":\"\"}}}", "attribute \"text\" must not be empty")]
    [InlineData("{\"data\":{\"type\":\"thing\",\"attributes\":{\"attributes\":{\"team\":\"a\"}}}}", "error decoding attribute \"attributes\": invalid type string")]
    [InlineData("{\"data\":{\"type\":\"thing\",\"attributes\":{\"attributes\":{\"team\":[1]}}}}", "error decoding attribute \"attributes\": invalid type number")]
    [InlineData("{\"data\":{\"type\":\"thing\",\"relationships\":{\"owner\":{\"data\":{\"type\":\"case\",\"id\":\"x\"}}}}}", "got type \"case\" expected one of \"user\"")]
    [InlineData("{\"data\":{\"type\":\"thing\",\"relationships\":{\"owner\":{\"data\":{\"type\":\"user\",\"id\":\"x\"}}}}}", "the id of relationship \"owner\" is not a valid UUID")]
    [InlineData("{\"data\":{\"type\":\"thing\",\"relationships\":{\"owner\":{\"data\":{\"type\":\"user\"}}}}}", "relationship \"owner\" has no id")]
    [InlineData("{\"data\":{\"type\":\"thing\",\"relationships\":{\"owner\":\"me\"}}}", "error decoding relationship \"owner\": invalid type string")]
    public async Task A_body_of_the_wrong_form_is_refused_and_says_why(string body, string detail)
    {
        using var response = await PostAsync(body);

        var error = await response.ErrorAsync(400);
        error.Text("status").ShouldBe("400");
        error.Text("title").ShouldBe("Bad Request");
        error.Text("detail")!.ShouldContain(detail);
    }

    [Fact]
    public async Task An_unknown_word_of_an_enumeration_is_refused_with_the_words_there_are()
    {
        using var response = await PostAsync("""{"data":{"type":"thing","attributes":{"choice":"three"}}}""");

        var error = await response.ErrorAsync(400);
        error.Text("title").ShouldBe("Generic Error");
        error.Text("detail").ShouldBe("invalid choice three. Must be one of one, two");
    }

    [Fact]
    public async Task A_long_wrong_value_is_cut_in_the_answer_without_breaking_a_character()
    {
        var value = new string('x', 99) + "😀😀😀";
        using var response = await PostAsync(Operations.BodyWith("choice", $"\"{value}\""));

        var detail = (await response.ErrorAsync(400)).Text("detail")!;
        detail.ShouldBe($"invalid choice {new string('x', 99)}.... Must be one of one, two");
    }

    [Theory]
    [InlineData("\\u0000", "U+0000")]
    [InlineData("a\\\\\\u0000", "U+0000")]
    [InlineData("\\ud800", "half of a surrogate pair")]
    [InlineData("\\udc00\\ud800", "half of a surrogate pair")]
    [InlineData("\\ud83dx", "half of a surrogate pair")]
    public async Task Text_that_no_database_can_hold_is_refused(string escaped, string detail)
    {
        using var response = await PostAsync(Operations.BodyWith("text", $"\"{escaped}\""));

        (await response.ErrorAsync(400)).Text("detail")!.ShouldContain(detail);
    }

    [Theory]
    [InlineData("\\ud83d\\ude00", "😀")]
    [InlineData("\\\\u0000", "\\u0000")]
    [InlineData("<b>&'\\\"\\n", "<b>&'\"\n")]
    [InlineData("Größe 大小", "Größe 大小")]
    public async Task Other_text_comes_back_as_it_was_sent(string escaped, string text)
    {
        using var response = await PostAsync(Operations.BodyWith("text", $"\"{escaped}\""));

        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await response.JsonAsync()).Text("said").ShouldBe(text);
    }

    [Fact]
    public async Task A_raw_control_character_is_not_JSON()
    {
        using var response = await PostAsync(Operations.Body("a\0b"));

        (await response.ErrorAsync(400)).Text("detail")!.ShouldContain("not valid JSON");
    }

    [Fact]
    public async Task Invalid_UTF8_is_refused()
    {
        var body = Encoding.UTF8.GetBytes(Operations.Body("xx"));
        body[Array.IndexOf(body, (byte)'x')] = 0xC3;
        using var response = await SendAsync(GatewayServer.Bytes(body, "application/json"));

        (await response.ErrorAsync(400)).Text("detail").ShouldBe("the body is not valid UTF-8");
    }

    [Fact]
    public async Task Deep_JSON_is_refused()
    {
        var deep = new string('[', 40) + new string(']', 40);
        using var response = await PostAsync(Operations.BodyWith("unknown", deep));

        (await response.ErrorAsync(400)).Text("detail")!.ShouldContain("deeper than 32 levels");
    }

    [Fact]
    public async Task Members_that_nobody_knows_are_accepted()
    {
        using var response = await PostAsync(
            """{"meta":1,"data":{"type":"thing","id":"x","links":{},"attributes":{"text":"ok","more":[1,{"a":2}]},"relationships":{"other":{"data":null}}}}""");

        response.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Of_a_repeated_member_the_last_one_counts()
    {
        using var response = await PostAsync("""{"data":{"type":"case","type":"thing","attributes":{"text":"one","text":"two"}}}""");

        (await response.JsonAsync()).Text("said").ShouldBe("two");
    }

    [Fact]
    public async Task Null_stands_for_an_absent_member()
    {
        using var response = await PostAsync("""{"data":{"type":"thing","attributes":{"text":null},"relationships":{"owner":{"data":null}}}}""");

        (await response.JsonAsync()).Text("said").ShouldBe("nothing");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/jsonp")]
    public async Task Another_media_type_is_refused(string mediaType)
    {
        using var response = await SendAsync(GatewayServer.Bytes(Encoding.UTF8.GetBytes(Operations.Body()), mediaType));

        (await response.ErrorAsync(415)).Text("title").ShouldBe("Unsupported Media Type");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=UTF-8")]
    [InlineData("application/json;charset=\"utf-8\"")]
    [InlineData("application/vnd.api+json")]
    [InlineData("Application/JSON")]
    [InlineData(null)]
    public async Task JSON_in_UTF8_is_taken_by_any_of_its_names(string? mediaType)
    {
        using var response = await SendAsync(GatewayServer.Bytes(Encoding.UTF8.GetBytes(Operations.Body()), mediaType));

        response.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_compressed_body_is_refused()
    {
        var content = GatewayServer.Json(Operations.Body());
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await SendAsync(content);

        await response.ErrorAsync(415);
    }

    [Fact]
    public async Task A_declared_length_over_the_limit_is_refused()
    {
        using var response = await PostAsync(Operations.Body(new string('a', 2 * 1024 * 1024)));

        (await response.ErrorAsync(413)).Text("detail").ShouldBe("the body is larger than 1048576 bytes");
    }

    [Fact]
    public async Task An_undeclared_length_over_the_limit_is_refused()
    {
        var request = GatewayServer.Request(_org, HttpMethod.Post, "/test/thing", GatewayServer.Json(Operations.Body(new string('a', 1024 * 1024))));
        request.Headers.TransferEncodingChunked = true;
        using var response = await _server.SendAsync(request);

        await response.ErrorAsync(413);
    }

    [Fact]
    public async Task A_body_that_just_fits_is_taken()
    {
        var empty = Operations.Body("").Length;
        using var response = await PostAsync(Operations.Body(new string('a', (1024 * 1024) - empty)));

        response.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task The_servers_answers_survive_random_damage_to_a_body()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var good = Encoding.UTF8.GetBytes(
            """{"data":{"type":"thing","attributes":{"text":"a\ud83d\ude00b","attributes":{"team":["x","y"]},"choice":"one"},"relationships":{"owner":{"data":null}}}}""");
        for (var i = 0; i < 300; i++)
        {
            var body = good.ToArray();
            for (var damage = random.Next(1, 4); damage > 0; damage--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            using var response = await SendAsync(GatewayServer.Bytes(body, "application/json"));
            ((int)response.StatusCode).ShouldBeOneOf([201, 400], Convert.ToHexString(body));
        }
    }

    private Task<HttpResponseMessage> PostAsync(string body) => SendAsync(GatewayServer.Json(body));

    private Task<HttpResponseMessage> SendAsync(HttpContent content) => _server.SendAsync(_org, HttpMethod.Post, "/test/thing", content);
}
