using Orleans;
using Orleans.Concurrency;
using Switchboard.Commands;
using Switchboard.Timeline;

namespace Switchboard.Cases;

/// <summary>
/// One case; the key is <see cref="GrainKeys.Of"/> of organisation and case. The grain is the fast, ordered way to the
/// case's rows: what it answers has been committed, and a second activation elsewhere loses the append and decides again.
/// </summary>
[Alias("switchboard.ICaseGrain")]
public interface ICaseGrain : IGrainWithStringKey
{
    /// <summary>The case, or null when the organisation has no such case.</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<CaseSnapshot?> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>Applies a command. The answer's snapshot has been committed.</summary>
    [Alias("Execute")]
    ValueTask<Outcome<CaseSnapshot>> ExecuteAsync(CaseCommand command, CommandContext context, CancellationToken cancellationToken = default);

    /// <summary>Adds, edits or deletes a comment. The answer's cell has been committed.</summary>
    [Alias("Comment")]
    ValueTask<Outcome<TimelineCell>> CommentAsync(CommentCommand command, CommandContext context, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes or removes a link that this case owns. Both ends have their event when the answer comes; the answer is the link as it is, or
    /// as it was.
    /// </summary>
    [Alias("Link")]
    ValueTask<Outcome<CaseLink>> LinkAsync(LinkCommand command, CommandContext context, CancellationToken cancellationToken = default);

    /// <summary>Merges this case into another, or undoes that. Both cases have their events when the answer comes.</summary>
    [Alias("Merge")]
    ValueTask<Outcome<CaseSnapshot>> MergeAsync(MergeCommand command, CommandContext context, CancellationToken cancellationToken = default);

    /// <summary>
    /// Announces, begins, feeds or ends a call. The answer's call has been committed. A call follows its case when that is merged into another
    /// one: its next command goes to that one's grain.
    /// </summary>
    [Alias("Call")]
    ValueTask<Outcome<CaseCall>> CallAsync(CallCommand command, CommandContext context, CancellationToken cancellationToken = default);

    /// <summary>
    /// Forgets what is cached, so that the next call reads the row; sent after a change that did not go through this grain.
    /// Never waits for a command in progress: the project that sends this may be what that command waits for.
    /// </summary>
    [AlwaysInterleave]
    [Alias("Refresh")]
    ValueTask RefreshAsync(CancellationToken cancellationToken = default);
}
