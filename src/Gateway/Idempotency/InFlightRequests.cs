using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Switchboard.Gateway.Idempotency;

/// <summary>
/// The requests with an <c>Idempotency-Key</c> that this process is working on. The first with a key does the work; repetitions wait
/// for its answer. What was answered earlier is kept by the grain with the effect itself, not here.
/// </summary>
internal sealed class InFlightRequests(IOptions<GatewayOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<(Guid Org, string Key), Work> _working = new();

    /// <summary>How many keys are being worked on.</summary>
    public int Count => _working.Count;

    /// <summary>Takes on the work, or waits for whoever has.</summary>
    public async ValueTask<Claim> ClaimAsync(IdempotencyScope scope, CancellationToken cancellationToken)
    {
        var id = (scope.OrgId, scope.Key);
        var deadline = time.GetTimestamp() + (long)(options.Value.IdempotencyWait.TotalSeconds * time.TimestampFrequency);
        var mine = new Work(scope.RequestHash);
        while (true)
        {
            var work = _working.GetOrAdd(id, mine);
            if (ReferenceEquals(work, mine))
            {
                return new Claim(ClaimKind.Mine, new Ownership(this, id, mine), null);
            }

            if (work.RequestHash != scope.RequestHash)
            {
                return new Claim(ClaimKind.OtherBody, null, null);
            }

            var left = time.GetElapsedTime(time.GetTimestamp(), deadline);
            if (left <= TimeSpan.Zero || !await CompletesWithinAsync(work.Answer, left, cancellationToken))
            {
                return new Claim(ClaimKind.StillWorking, null, null);
            }

            if (await work.Answer is { } answer)
            {
                return new Claim(ClaimKind.Answered, null, answer);
            }
        }
    }

    private async ValueTask<bool> CompletesWithinAsync(Task answer, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = await Task.WhenAny(answer, Task.Delay(wait, time, giveUp.Token));
        await giveUp.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return first == answer;
    }

    /// <summary>The duty to answer for a key. Disposing it without an answer lets one of those who wait take over.</summary>
    internal sealed class Ownership(InFlightRequests table, (Guid Org, string Key) id, Work work) : IDisposable
    {
        public void Answer(CapturedAnswer answer) => work.Complete(answer);

        public void Dispose()
        {
            table._working.TryRemove(new KeyValuePair<(Guid, string), Work>(id, work));
            work.Complete(null);
        }
    }

    internal sealed class Work(string requestHash)
    {
        private readonly TaskCompletionSource<CapturedAnswer?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string RequestHash => requestHash;

        public Task<CapturedAnswer?> Answer => _answer.Task;

        public void Complete(CapturedAnswer? answer) => _answer.TrySetResult(answer);
    }
}

/// <summary>An answer as it went out, for repetitions that waited for it.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="MediaType">Its media type, or null without a body.</param>
/// <param name="Body">Its bytes.</param>
/// <param name="RetryAfterSeconds">What <c>Retry-After</c> said, or null.</param>
internal sealed record CapturedAnswer(int Status, string? MediaType, ReadOnlyMemory<byte> Body, int? RetryAfterSeconds)
{
    /// <summary>The refusal, if the answer is one.</summary>
    public Http.ApiError? Refusal { get; init; }
}

/// <summary>What became of a claim.</summary>
internal readonly record struct Claim(ClaimKind Kind, InFlightRequests.Ownership? Ownership, CapturedAnswer? Answer);

/// <summary>The ways a claim can end.</summary>
internal enum ClaimKind
{
    /// <summary>The caller does the work.</summary>
    Mine = 0,

    /// <summary>Somebody else did it while the caller waited.</summary>
    Answered = 1,

    /// <summary>Somebody else is at it with another body.</summary>
    OtherBody = 2,

    /// <summary>Somebody else is still at it after the longest wait.</summary>
    StillWorking = 3,
}
