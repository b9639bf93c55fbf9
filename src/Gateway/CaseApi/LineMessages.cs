using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf.Reflection;
using Switchboard.Gateway.CaseApi.Answers;
using Switchboard.Gateway.Grpc.Calls;

namespace Switchboard.Gateway.CaseApi;

/// <summary>Takes an answer that an operation writes line by line, and sends each line, which is a resource, as a message.</summary>
internal sealed class LineMessages(MessageDescriptor type, IEncodedWriter responses, CancellationToken aborted) : PipeWriter
{
    private readonly ArrayBufferWriter<byte> _lines = new(16 * 1024);

    public override void Advance(int bytes) => _lines.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _lines.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _lines.GetSpan(sizeHint);

    /// <summary>Sends the lines so far; the operation ends one before it flushes.</summary>
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        var left = _lines.WrittenMemory;
        while (left.Span.IndexOf((byte)'\n') is var end and >= 0)
        {
            await responses.WriteAsync(EncodedAnswer.OfObject(type, left.Span[..end]), aborted);
            left = left[(end + 1)..];
        }

        _lines.ResetWrittenCount();
        return new FlushResult(isCanceled: false, isCompleted: false);
    }

    public override void CancelPendingFlush()
    {
        // The call's own token ends what waits.
    }

    public override void Complete(Exception? exception = null)
    {
        // The call ends the answer.
    }
}
