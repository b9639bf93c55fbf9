using System.Collections.Immutable;

namespace Switchboard.Grains.Speech.Callbacks;

/// <summary>
/// The files whose answers are called back, from the acknowledgement to the delivery. One process at a time has a job, by a lease with an
/// epoch: what an earlier one still writes is refused. What was written before a return survives the process.
/// </summary>
public interface ICallbackJobs
{
    /// <summary>Keeps a job, leased to this process until <paramref name="leasedUntil"/>.</summary>
    Task AddAsync(CallbackJob job, DateTimeOffset leasedUntil, CancellationToken cancellationToken);

    /// <summary>Takes jobs that are due and nobody's, the longest due first. Their epochs and attempts are one higher than before.</summary>
    ValueTask<ImmutableArray<CallbackJob>> ClaimAsync(int most, DateTimeOffset now, DateTimeOffset leasedUntil, CancellationToken cancellationToken);

    /// <summary>Keeps a job longer; false when another process has it.</summary>
    ValueTask<bool> RenewAsync(CallbackJob job, DateTimeOffset leasedUntil, CancellationToken cancellationToken);

    /// <summary>Keeps the answer that is to be delivered from now on; false when another process has the job.</summary>
    ValueTask<bool> StoreAsync(CallbackJob job, CallbackResult result, CancellationToken cancellationToken);

    /// <summary>Leaves a job until a later attempt, of any process; false when another process has it.</summary>
    ValueTask<bool> RetryAsync(CallbackJob job, DateTimeOffset dueAt, int? status, string? error, CancellationToken cancellationToken);

    /// <summary>Ends a job and forgets what was asked for and answered; false when another process has it.</summary>
    /// <param name="job">The job.</param>
    /// <param name="state"><see cref="CallbackState.Delivered"/> or <see cref="CallbackState.GivenUp"/>.</param>
    /// <param name="now">The present.</param>
    /// <param name="status">What the receiver answered last, or null.</param>
    /// <param name="error">What went wrong last, or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<bool> FinishAsync(
        CallbackJob job, CallbackState state, DateTimeOffset now, int? status, string? error, CancellationToken cancellationToken);

    /// <summary>How the callbacks of an organisation's requests stand; those that have none are left out.</summary>
    ValueTask<ImmutableArray<CallbackProgress>> FindAsync(Guid orgId, ImmutableArray<Guid> requestIds, CancellationToken cancellationToken);

    /// <summary>Deletes what ended before a time.</summary>
    ValueTask<int> ForgetAsync(DateTimeOffset finishedBefore, CancellationToken cancellationToken);

    /// <summary>What an organisation signs with, sealed; null when it has made no secret.</summary>
    ValueTask<CallbackSecret?> FindSecretAsync(Guid orgId, CancellationToken cancellationToken);

    /// <summary>Gives an organisation a new secret. The present one stays valid beside it until <paramref name="previousUntil"/>.</summary>
    Task SetSecretAsync(
        Guid orgId, byte[] sealedSecret, string hint, DateTimeOffset now, DateTimeOffset previousUntil, CancellationToken cancellationToken);
}

/// <summary>Where a job stands.</summary>
public enum CallbackState
{
    /// <summary>The audio or its address is kept.</summary>
    Transcribing = 0,

    /// <summary>The answer is kept.</summary>
    Delivering = 1,

    /// <summary>The receiver has taken it.</summary>
    Delivered = 2,

    /// <summary>It was tried until its end.</summary>
    GivenUp = 3,
}

/// <summary>A request that was acknowledged.</summary>
public sealed record CallbackJob
{
    /// <summary>The organisation.</summary>
    public required Guid OrgId { get; init; }

    /// <summary>The request.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>The key that it was sent with.</summary>
    public required Guid KeyId { get; init; }

    /// <summary>When it was acknowledged.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is given up.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What was asked for, sealed for the request's id.</summary>
    public required byte[] Work { get; init; }

    /// <summary>The name of the file with the audio, or null where it is fetched.</summary>
    public string? Audio { get; init; }

    /// <summary>Where it stands.</summary>
    public CallbackState State { get; init; }

    /// <summary>By which this process has it.</summary>
    public int Epoch { get; init; } = 1;

    /// <summary>Attempts in this state, this one counted.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>The answer, once it is there.</summary>
    public CallbackResult? Result { get; init; }
}

/// <summary>What is delivered.</summary>
/// <param name="Body">The answer.</param>
/// <param name="ContentType">Its media type.</param>
public sealed record CallbackResult(ReadOnlyMemory<byte> Body, string ContentType);

/// <summary>How a callback stands, for whoever asks.</summary>
/// <param name="RequestId">The request.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Attempts">Attempts in this state.</param>
/// <param name="DueAt">When it is tried next, or was.</param>
/// <param name="LastStatus">What the receiver answered last, or null.</param>
/// <param name="LastError">What went wrong last, or null.</param>
/// <param name="FinishedAt">When it ended, or null.</param>
public sealed record CallbackProgress(
    Guid RequestId, CallbackState State, int Attempts, DateTimeOffset DueAt, int? LastStatus, string? LastError, DateTimeOffset? FinishedAt);

/// <summary>What an organisation signs with.</summary>
/// <param name="Secret">The present secret, sealed for the organisation.</param>
/// <param name="Hint">Its last characters.</param>
/// <param name="MadeAt">When it was made.</param>
/// <param name="Previous">The one before, sealed, or null.</param>
/// <param name="PreviousUntil">Until when that is valid, or null.</param>
public sealed record CallbackSecret(byte[] Secret, string Hint, DateTimeOffset MadeAt, byte[]? Previous, DateTimeOffset? PreviousUntil);
