using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;

namespace Switchboard.Grains.Cases;

/// <summary>What the grain looked up before a command on a call is decided.</summary>
/// <param name="Call">The call, of whichever case; null when the organisation has none of that id.</param>
/// <param name="Calls">How many calls the case has.</param>
/// <param name="Joined">Whether the call's case, when it is another one, was merged into this one.</param>
internal readonly record struct CallFacts(CaseCall? Call, int Calls, bool Joined);

/// <summary>Decides commands on the calls of a case. Neither a closed nor an archived case refuses them: what was said is on record.</summary>
internal static class CallDecider
{
    public static readonly DomainError NotFound = DomainError.NotFound("call not found");

    /// <summary>What follows from a command. A malformed command is refused as such even when there is no case.</summary>
    public static Decision<CaseEvent> Decide(CaseSnapshot? state, CallCommand command, in CallFacts facts)
    {
        if (CheckForm(command) is { } malformed)
        {
            return malformed;
        }

        if (state is null)
        {
            return CaseDecider.NotFound;
        }

        if (MergeDecider.Frozen(state) is { } frozen)
        {
            return frozen;
        }

        if (command is AnnounceCall announce)
        {
            return facts.Call is not null ? Taken(announce.CallId)
                : Full(facts) ?? (Decision<CaseEvent>)new CallAnnounced(announce.CallId, announce.Title, announce.Speakers);
        }

        if (facts.Call is not { } call)
        {
            return command is StartCall { Announced: false } start
                ? Full(facts) ?? (Decision<CaseEvent>)Started(start, "", ImmutableSortedDictionary<string, string>.Empty)
                : NotFound;
        }

        if (call.CaseId != state.Id && !facts.Joined)
        {
            return NotFound;
        }

        var decided = Decide(call, command);
        return call.CaseId == state.Id || decided.Error is not null || decided.Events.IsEmpty
            ? decided
            : ImmutableArray.Create<CaseEvent>([new CallTaken(call), .. decided.Events]);
    }

    /// <summary>The refusal of a call's id that is in use.</summary>
    public static DomainError Taken(Guid callId) => DomainError.Conflict($"call {callId} exists already");

    private static Decision<CaseEvent> Decide(CaseCall call, CallCommand command) => command switch
    {
        StartCall c when call.SessionId is null => Started(c, call.Title, call.Speakers),
        StartCall c => call.SessionId == c.SessionId
            ? Decision<CaseEvent>.None
            : DomainError.Conflict($"call {call.Id} has its audio already, from {call.SessionId}"),
        EndCall when call.EndedAt is not null => Decision<CaseEvent>.None,
        _ when call.EndedAt is { } ended => DomainError.Conflict($"call {call.Id} ended at {ended:O}"),
        _ when call.SessionId is null => DomainError.Conflict($"call {call.Id} is announced and has no audio yet"),
        ResumeCall c => Resume(call, c),
        HearCall c => Hear(call, c),
        EndCall c => call.Lines == c.Lines
            ? new CallEnded(call.Id, c.Record)
            : DomainError.Conflict($"call {call.Id} has {call.Lines} lines, its record {c.Lines}"),
        _ => throw new ArgumentException($"{command.GetType().Name} has no arm in {nameof(CallDecider)}.", nameof(command)),
    };

    private static Decision<CaseEvent> Resume(CaseCall call, ResumeCall command) =>
        command.Epoch > call.Epoch ? new CallResumed(call.Id, command.Epoch)
        : command.Epoch == call.Epoch ? Decision<CaseEvent>.None
        : Superseded(call, command.Epoch);

    private static Decision<CaseEvent> Hear(CaseCall call, HearCall command)
    {
        if (command.Epoch != call.Epoch)
        {
            return Superseded(call, command.Epoch);
        }

        var fresh = call.Truncated ? [] : command.Lines.RemoveAll(line => line.Number <= call.Lines);
        if (fresh.IsEmpty)
        {
            return Decision<CaseEvent>.None;
        }

        var length = call.Characters;
        var kept = fresh.TakeWhile(line => (length += line.Text.Length) <= Limits.CallText).ToImmutableArray();
        return new CallSaid(call.Id, kept, Truncated: kept.Length < fresh.Length);
    }

    private static CallStarted Started(StartCall command, string title, ImmutableSortedDictionary<string, string> speakers) =>
        new(command.CallId, command.SessionId, command.IsFile, title, speakers);

    private static DomainError? Full(in CallFacts facts) => facts.Calls >= Limits.CallsOfCase
        ? DomainError.Invalid($"a case may have at most {Limits.CallsOfCase} calls")
        : null;

    private static DomainError Superseded(CaseCall call, int epoch) => DomainError.Conflict(
        $"call {call.Id} was taken over by another process: its epoch is {call.Epoch}, the command's is {epoch}");

    private static DomainError? CheckForm(CallCommand command) => command switch
    {
        AnnounceCall c => TextRules.Optional("title", c.Title, Limits.Name) ?? CheckSpeakers(c.Speakers),
        HearCall c => CheckLines(c.Lines),
        _ => null,
    };

    private static DomainError? CheckSpeakers(ImmutableSortedDictionary<string, string> speakers)
    {
        if (speakers.Count > Limits.CallSpeakers)
        {
            return DomainError.Invalid($"a call may have at most {Limits.CallSpeakers} speakers with a name");
        }

        foreach (var (number, name) in speakers)
        {
            if (number.Length is 0 or > 3 || !number.All(char.IsAsciiDigit))
            {
                return DomainError.Invalid("speakers are named by the number of their channel or label, from 0");
            }

            if (TextRules.Required($"speakers.{number}", name, Limits.Name) is { } refused)
            {
                return refused;
            }
        }

        return null;
    }

    private static DomainError? CheckLines(ImmutableArray<CallLine> lines)
    {
        if (lines.Length is 0 or > Limits.CallLinesAtOnce || lines.Sum(static line => line.Text.Length) > Limits.CallTextAtOnce)
        {
            return DomainError.Invalid(
                $"1 to {Limits.CallLinesAtOnce} lines of together at most {Limits.CallTextAtOnce} characters can be added to a call at once");
        }

        for (var index = 0; index < lines.Length; index++)
        {
            var line = lines[index];
            if (line.Number <= (index == 0 ? 0 : lines[index - 1].Number) || line.Channel < 0 || line.Start < 0 || line.End < line.Start)
            {
                return DomainError.Invalid($"line {line.Number} of a call does not follow on the one before it, or its channel or times are none");
            }

            if ((TextRules.Required("text", line.Text, Limits.CallLine) ?? TextRules.Required("speaker", line.Speaker, Limits.Name)) is { } refused)
            {
                return refused;
            }
        }

        return null;
    }
}
