using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http;
using Switchboard.Gateway.CaseApi.Answers;
using Switchboard.Gateway.Grpc.Frames;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Idempotency;

namespace Switchboard.Gateway.CaseApi;

/// <summary>A request that came as a message: the operation sees it as any other, and its answer becomes a message again.</summary>
internal class RpcRequest(
    HttpContext http, ApiOperation operation, string id, RequestBinding binding, IMessage message, MessageDescriptor answerType, CancellationToken aborted)
    : ApiRequest(http, operation, id)
{
    private const string Empty = "google.protobuf.Empty";

    private readonly ApiOperation _operation = operation;

    /// <summary>Cancelled when the client is gone, when it cancelled, and when its deadline has passed.</summary>
    public override CancellationToken Aborted => aborted;

    /// <summary>The answer, unless the request was refused.</summary>
    public EncodedMessage? Answer { get; private set; }

    /// <summary>The refusal, if it was refused.</summary>
    public ApiError? Refusal { get; private set; }

    public override int StatusSent => Refusal?.Status ?? _operation.Success;

    /// <summary>The path that REST has for this request, so that an idempotency key means the same through both doors.</summary>
    public override string Path
    {
        get
        {
            var path = _operation.Path;
            foreach (var parameter in _operation.Parameters)
            {
                if (parameter.Place == Parameter.InPath)
                {
                    path = path.Replace($"{{{parameter.Name}}}", TextOf(parameter), StringComparison.Ordinal);
                }
            }

            return path;
        }
    }

    public override bool CanRedirect => false;

    public override string? TextOf(Parameter parameter) => binding.TextOf(parameter, message);

    public override ValueTask<(RequestBody? Body, ApiError? Refusal)> ReadBodyAsync(int maxBytes) =>
        new(_operation.Body is null ? RequestBody.Of(default, maxBytes) : BodyOf(message, maxBytes));

    public override ValueTask SendAsync<T>(T state, Action<Utf8JsonWriter, T> render) => AnswerWith(ReplyBuffer.Render(state, render));

    public override ValueTask DoneAsync() => AnswerWith(default);

    public override ValueTask RefuseAsync(ApiError error)
    {
        Refusal = error;
        if (Capture)
        {
            Captured = new CapturedAnswer(error.Status, null, default, error.RetryAfterSeconds) { Refusal = error };
        }

        return ValueTask.CompletedTask;
    }

    public override ValueTask RepeatAsync(CapturedAnswer answer)
    {
        NoteReplay(true);
        if (answer.Refusal is { } refusal)
        {
            return RefuseAsync(refusal);
        }

        return AnswerWith(answer.Body.Span);
    }

    /// <summary>A message as the body that a client of REST would send.</summary>
    protected (RequestBody? Body, ApiError? Refusal) BodyOf(IMessage given, int maxBytes)
    {
        try
        {
            return RequestBody.Of(binding.BodyOf(given).Span, maxBytes);
        }
        catch (InvalidOperationException)
        {
            return (null, ApiError.BadRequest("a google.protobuf.Value in the message has no kind"));
        }
    }

    private ValueTask AnswerWith(ReadOnlySpan<byte> body)
    {
        if (Capture)
        {
            Captured = new CapturedAnswer(_operation.Success, _operation.MediaType, body.ToArray(), null);
        }

        Answer = EncodedAnswer.Of(answerType, answerType.FullName == Empty ? default : body);
        return ValueTask.CompletedTask;
    }
}
