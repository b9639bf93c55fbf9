using Switchboard.Cases;
using Switchboard.Grains.Aggregates;

namespace Switchboard.Grains.Cases;

/// <summary>The state of a call after an event of its case.</summary>
internal static class CallEvolver
{
    /// <summary>So much must have been said before it is searched for what was said, and then half as much again each time: the work stays in proportion.</summary>
    private const int LeastSearched = 500;

    /// <summary>The next state.</summary>
    /// <exception cref="InvalidOperationException">The event does not follow on the state: the stream is damaged.</exception>
    public static CaseCall Evolve(CaseCall? call, CaseEvent fact, in EventStamp stamp) => fact switch
    {
        CallAnnounced e => New(e.CallId, stamp) with { Title = e.Title, Speakers = e.Speakers },
        CallStarted e => Next(call ?? New(e.CallId, stamp) with { Version = 0 }, stamp) with
        {
            SessionId = e.SessionId,
            IsFile = e.IsFile,
            Title = e.Title,
            Speakers = e.Speakers,
            StartedAt = stamp.At,
            Epoch = 1,
        },
        CallTaken e => Next(call ?? e.Call, stamp) with { CaseId = stamp.Stream.Id },
        CallResumed e => Next(Known(call, e.CallId), stamp) with { Epoch = e.Epoch },
        CallSaid e => Said(Next(Known(call, e.CallId), stamp), e),
        CallEnded e => Ended(Next(Known(call, e.CallId), stamp), e, stamp.At),
        _ => throw new ArgumentException($"{fact.GetType().Name} has no arm in {nameof(CallEvolver)}.", nameof(fact)),
    };

    private static CaseCall New(Guid id, in EventStamp stamp) => new()
    {
        OrgId = stamp.Stream.OrgId,
        Id = id,
        CaseId = stamp.Stream.Id,
        Version = 1,
        CreatedAt = stamp.At,
        CreatedBy = stamp.Actor,
        UpdatedAt = stamp.At,
    };

    private static CaseCall Next(CaseCall call, in EventStamp stamp) => call with { Version = call.Version + 1, UpdatedAt = stamp.At };

    private static CaseCall Known(CaseCall? call, Guid id) => call is not null && call.Id == id
        ? call
        : throw new InvalidOperationException($"Call {id} is changed by an event but never began.");

    private static CaseCall Said(CaseCall call, CallSaid fact)
    {
        var covered = call.Covered.ToBuilder();
        var characters = call.Characters;
        foreach (var line in fact.Lines)
        {
            while (covered.Count <= line.Channel)
            {
                covered.Add(0);
            }

            covered[line.Channel] = Math.Max(covered[line.Channel], line.End);
            characters += line.Text.Length;
        }

        var due = characters - call.Searchable >= Math.Max(LeastSearched, call.Searchable / 2);
        return call with
        {
            Lines = fact.Lines.IsEmpty ? call.Lines : fact.Lines[^1].Number,
            Characters = characters,
            Searchable = due ? characters : call.Searchable,
            Covered = covered.ToImmutable(),
            Truncated = call.Truncated || fact.Truncated,
        };
    }

    private static CaseCall Ended(CaseCall call, CallEnded fact, DateTimeOffset at) => call with
    {
        Record = fact.Record,
        EndedAt = at,
        Searchable = call.Characters,
    };
}
