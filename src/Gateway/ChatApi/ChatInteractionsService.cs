using System.Text;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Gateway.CaseApi;
using Switchboard.Gateway.CaseApi.Messages;
using Switchboard.Gateway.ChatApi.Messages;
using Switchboard.Gateway.Grpc.Binding;
using Switchboard.Gateway.Grpc.Hosting;
using Switchboard.Gateway.Http;

namespace Switchboard.Gateway.ChatApi;

/// <summary>The service <c>switchboard.chat.v1.ChatInteractions</c>: an excerpt is a comment, with the permission and the limits of one.</summary>
internal sealed class ChatInteractionsService(IServiceProvider provider, GatewayFrame frame) : IRpcServices
{
    private const int MostMessages = 200;

    // What a Timestamp may be: the years 1 to 9999.
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;

    private readonly Lazy<OperationCall> _comment = new(() => new OperationCall(
        provider.GetServices<IApiOperations>().SelectMany(static group => group.Operations).Single(static one => one.Id == "CommentCase"),
        CommentCaseRequest.Descriptor,
        TimelineResponse.Descriptor,
        frame));

    public IEnumerable<RpcService> Services => [RpcService.Of(ChatReflection.Descriptor.Services[0], this)];

    public async Task<AppendExcerptResponse> AppendExcerpt(AppendExcerptRequest request, ServerCallContext context)
    {
        if (request.Messages.Count is 0 or > MostMessages || !request.Messages.All(IsWhole))
        {
            throw RpcRefusal.Of(
                ApiError.BadRequest($"an excerpt has 1 to {MostMessages} messages, each with an author, a text and, if any, a time of the calendar; this one has {request.Messages.Count}"),
                RequestIds.Of(context.GetHttpContext().Request.Headers));
        }

        var comment = new CommentCaseRequest { CaseId = request.CaseId, Comment = TextOf(request) };
        var answer = TimelineResponse.Parser.ParseFrom((await _comment.Value.AnswerAsync(comment, context)).Bytes.Span);
        return new AppendExcerptResponse { CellId = answer.Cells[0].Id };
    }

    private static bool IsWhole(ChatMessage message) =>
        message is { Author.Length: > 0, Text.Length: > 0 }
        && message.SentAt is null or { Seconds: >= FirstSecond and <= LastSecond, Nanos: >= 0 and < 1_000_000_000 };

    private static string TextOf(AppendExcerptRequest excerpt)
    {
        var text = new StringBuilder();
        text.AppendJoin(' ', new[] { excerpt.Conversation, excerpt.Permalink }.Where(static part => part.Length > 0));
        foreach (var message in excerpt.Messages)
        {
            if (text.Length > 0)
            {
                text.Append('\n');
            }

            if (message.SentAt is { } at)
            {
                text.Append('[').Append(at.ToDateTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)).Append("] ");
            }

            text.Append(message.Author).Append(": ").Append(message.Text);
        }

        return text.ToString();
    }
}
