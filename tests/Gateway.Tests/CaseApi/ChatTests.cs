using Google.Protobuf.WellKnownTypes;
using Switchboard.Gateway.CaseApi.Messages;
using Switchboard.Gateway.ChatApi.Messages;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.CaseApi;

/// <summary>Excerpts of conversations in timelines. A gateway for all tests, an organisation for each.</summary>
public sealed class ChatTests(RunningGatewayFixture running)
{
    private const string Append = "/switchboard.chat.v1.ChatInteractions/AppendExcerpt";

    [Fact]
    public async Task An_excerpt_becomes_one_comment_even_when_it_is_sent_again()
    {
        var org = await running.NewOrgAsync();
        using var api = new CaseApiClient(org);
        var (_, id) = await api.OpenCaseAsync();
        var excerpt = new AppendExcerptRequest
        {
            CaseId = id,
            Conversation = "#incidents",
            Permalink = "https://chat.example/p1",
            Messages =
            {
                new ChatMessage { Author = "Ana", Text = "db-3 is full", SentAt = Timestamp.FromDateTimeOffset(new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)) },
                new ChatMessage { Author = "Bo", Text = "on it" },
            },
        };
        var key = ("idempotency-key", Guid.NewGuid().ToString());
        var first = await api.CallPathAsync(Append, excerpt, AppendExcerptResponse.Parser, key);
        (await api.CallPathAsync(Append, excerpt, AppendExcerptResponse.Parser, key)).CellId.ShouldBe(first.CellId);
        (await api.CallAsync("GetCase", new GetCaseRequest { CaseId = id }, Gateway.CaseApi.Messages.Case.Parser)).CommentCount.ShouldBe(1);
    }

    [Fact]
    public async Task An_excerpt_without_messages_and_one_for_no_case_are_refused()
    {
        var org = await running.NewOrgAsync();
        using var api = new CaseApiClient(org);
        (await api.RefusedAsync(Append, new AppendExcerptRequest { CaseId = "NONE-1" }, 3)).Message.ShouldContain("1 to 200 messages");
        var said = new AppendExcerptRequest { CaseId = "NONE-1", Messages = { new ChatMessage { Author = "Ana", Text = "hello" } } };
        (await api.RefusedAsync(Append, said, 5)).Message.ShouldContain("case not found");
    }
}
