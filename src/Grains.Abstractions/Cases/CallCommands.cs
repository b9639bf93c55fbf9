using System.Collections.Immutable;
using Orleans;

namespace Switchboard.Cases;

/// <summary>A change to a call of a case; answers with the call.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.CallCommand")]
public abstract record CallCommand([property: Id(0)] Guid CallId);

/// <summary>Says that a call will come, so that its audio can be connected to it later.</summary>
/// <param name="CallId">The new call's id.</param>
/// <param name="Title">May be empty.</param>
/// <param name="Speakers">Names by channel or label.</param>
[GenerateSerializer, Immutable, Alias("switchboard.AnnounceCall")]
public sealed record AnnounceCall(
    Guid CallId,
    [property: Id(0)] string Title,
    [property: Id(1)] ImmutableSortedDictionary<string, string> Speakers) : CallCommand(CallId);

/// <summary>Connects audio to a call, announced or new. Repeated with the same session, the call is as it was.</summary>
/// <param name="CallId">The call.</param>
/// <param name="SessionId">The live session, or the request of a file.</param>
/// <param name="IsFile">Whether it is a file.</param>
/// <param name="Announced">Whether it must have been announced; else it is made where it is not there.</param>
[GenerateSerializer, Immutable, Alias("switchboard.StartCall")]
public sealed record StartCall(
    Guid CallId,
    [property: Id(0)] Guid SessionId,
    [property: Id(1)] bool IsFile,
    [property: Id(2)] bool Announced) : CallCommand(CallId);

/// <summary>Goes on with a call from another process: lines of the earlier one are refused from now on.</summary>
/// <param name="CallId">The call.</param>
/// <param name="Epoch">The session's new epoch.</param>
[GenerateSerializer, Immutable, Alias("switchboard.ResumeCall")]
public sealed record ResumeCall(Guid CallId, [property: Id(0)] int Epoch) : CallCommand(CallId);

/// <summary>Adds lines. Those whose numbers are there already are passed over.</summary>
/// <param name="CallId">The call.</param>
/// <param name="Epoch">The session's epoch.</param>
/// <param name="Lines">1 to <see cref="Limits.CallLinesAtOnce"/>, by ascending numbers.</param>
[GenerateSerializer, Immutable, Alias("switchboard.HearCall")]
public sealed record HearCall(
    Guid CallId,
    [property: Id(0)] int Epoch,
    [property: Id(1)] ImmutableArray<CallLine> Lines) : CallCommand(CallId);

/// <summary>Ends a call with its record. Ended again, it is as it was.</summary>
/// <param name="CallId">The call.</param>
/// <param name="Lines">How many lines the record holds; when more have come meanwhile it is refused, to be made again.</param>
/// <param name="Record">The record.</param>
[GenerateSerializer, Immutable, Alias("switchboard.EndCall")]
public sealed record EndCall(
    Guid CallId,
    [property: Id(0)] int Lines,
    [property: Id(1)] CallRecord Record) : CallCommand(CallId);
