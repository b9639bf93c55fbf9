using System.Collections.Immutable;
using Orleans;
using Switchboard.Commands;

namespace Switchboard.Cases;

/// <summary>A call that was transcribed, or is being, or is expected, for a case. It is one live session, or one file.</summary>
[GenerateSerializer, Immutable, Alias("switchboard.CaseCall")]
public sealed record CaseCall
{
    /// <summary>The organisation.</summary>
    [Id(0)] public required Guid OrgId { get; init; }

    /// <summary>The call's id.</summary>
    [Id(1)] public required Guid Id { get; init; }

    /// <summary>The case; another one after the first was merged into it while the call went on.</summary>
    [Id(2)] public required Guid CaseId { get; init; }

    /// <summary>How often the row was written.</summary>
    [Id(3)] public required long Version { get; init; }

    /// <summary>The session, or the request of a file, that the words come from; null while the call is only announced.</summary>
    [Id(4)] public Guid? SessionId { get; init; }

    /// <summary>Whether it is a file and not a live session.</summary>
    [Id(5)] public bool IsFile { get; init; }

    /// <summary>What people call it; may be empty.</summary>
    [Id(6)] public string Title { get; init; } = "";

    /// <summary>Names of the speakers: by channel where every channel is transcribed on its own, else by diarised label. Keys are numbers from 0.</summary>
    [Id(7)] public ImmutableSortedDictionary<string, string> Speakers { get; init => field = value ?? NoSpeakers; } = NoSpeakers;

    /// <summary>When it was announced, or began unannounced.</summary>
    [Id(8)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who announced or began it.</summary>
    [Id(9)] public required Actor CreatedBy { get; init; }

    /// <summary>When its audio began, or null.</summary>
    [Id(10)] public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When its record was attached, or null; nothing comes after that.</summary>
    [Id(11)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When something of it last came.</summary>
    [Id(12)] public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The session's epoch: a process with an earlier one has lost the session, and its lines are refused.</summary>
    [Id(13)] public int Epoch { get; init; }

    /// <summary>How many lines there are; also the last one's number.</summary>
    [Id(14)] public int Lines { get; init; }

    /// <summary>The length of all lines together.</summary>
    [Id(15)] public int Characters { get; init; }

    /// <summary>How much of that the search has been given.</summary>
    [Id(16)] public int Searchable { get; init; }

    /// <summary>Up to where the lines reach, in milliseconds, by channel.</summary>
    [Id(17)] public ImmutableArray<long> Covered { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Whether it grew too long, and later lines were left out.</summary>
    [Id(18)] public bool Truncated { get; init; }

    /// <summary>The record; null before the end.</summary>
    [Id(19)] public CallRecord? Record { get; init; }

    private static ImmutableSortedDictionary<string, string> NoSpeakers => ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>What somebody said, without a break in it. Lines of a call are numbered from 1 without a gap.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Channel">The audio channel, from 0.</param>
/// <param name="Label">The diarised speaker, from 0, or null.</param>
/// <param name="Speaker">The speaker's name, or a number in words.</param>
/// <param name="Start">Where it begins, in milliseconds from the call's beginning.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Text">Not empty.</param>
[GenerateSerializer, Immutable, Alias("switchboard.CallLine")]
public sealed record CallLine(
    [property: Id(0)] int Number,
    [property: Id(1)] int Channel,
    [property: Id(2)] int? Label,
    [property: Id(3)] string Speaker,
    [property: Id(4)] long Start,
    [property: Id(5)] long End,
    [property: Id(6)] string Text);

/// <summary>What is kept of a call that is over.</summary>
/// <param name="Engine">The engine node that listened last, or null.</param>
/// <param name="Model">The model that was asked for.</param>
/// <param name="Duration">Milliseconds of audio.</param>
/// <param name="Code">How it ended: the WebSocket's close code, 1006 when the process died; 200 for a file.</param>
/// <param name="Transcript">The transcript among the files, a text.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its hash, lower-case hex.</param>
[GenerateSerializer, Immutable, Alias("switchboard.CallRecord")]
public sealed record CallRecord(
    [property: Id(0)] string? Engine,
    [property: Id(1)] string Model,
    [property: Id(2)] long Duration,
    [property: Id(3)] int Code,
    [property: Id(4)] string Transcript,
    [property: Id(5)] long Bytes,
    [property: Id(6)] string Sha256);
