using System.Collections.Immutable;

namespace Switchboard.Grains.Speech.Usage;

/// <summary>Which requests a report is about.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="From">From when on.</param>
/// <param name="To">Until before when.</param>
public sealed record UsageFilter(Guid OrgId, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Only this key's, or null.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>Only with one of these labels; empty for all.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>Only with one of these models; empty for all.</summary>
    public ImmutableArray<string> Models { get; init; } = [];

    /// <summary><c>sync</c>, <c>async</c>, <c>streaming</c>, or null for all.</summary>
    public string? Method { get; init; }

    /// <summary>Only with all of these features.</summary>
    public ImmutableArray<string> Features { get; init; } = [];
}

/// <summary>What sums are made for.</summary>
public enum UsageGrouping
{
    /// <summary>Each day (UTC).</summary>
    Day = 0,

    /// <summary>Each key.</summary>
    Key = 1,

    /// <summary>Each set of features.</summary>
    Features = 2,

    /// <summary>Each model.</summary>
    Model = 3,

    /// <summary>Each method.</summary>
    Method = 4,

    /// <summary>Each set of labels.</summary>
    Tags = 5,

    /// <summary>All together.</summary>
    Nothing = 6,
}

/// <summary>A sum.</summary>
/// <param name="Group">What it is for: the values of the grouping; for a day, <c>yyyy-MM-dd</c>.</param>
/// <param name="Requests">Sessions and files.</param>
/// <param name="LiveMilliseconds">Audio of live sessions.</param>
/// <param name="FileMilliseconds">Audio of files.</param>
public sealed record UsageSum(ImmutableArray<string> Group, long Requests, long LiveMilliseconds, long FileMilliseconds);

/// <summary>Which requests are listed, newest first.</summary>
/// <param name="Filter">Which.</param>
/// <param name="Page">From 0.</param>
/// <param name="Limit">1 to 1000.</param>
public sealed record RequestListing(UsageFilter Filter, int Page, int Limit)
{
    /// <summary>Only this one, or null.</summary>
    public Guid? RequestId { get; init; }

    /// <summary>Only those that succeeded (true) or failed (false), or null for all.</summary>
    public bool? Succeeded { get; init; }
}

/// <summary>What reports may be filtered by.</summary>
/// <param name="Tags">Labels.</param>
/// <param name="Models">Models.</param>
/// <param name="Methods">Methods.</param>
/// <param name="Features">Features.</param>
/// <param name="Keys">Keys.</param>
public sealed record UsageFields(
    ImmutableArray<string> Tags, ImmutableArray<string> Models, ImmutableArray<string> Methods, ImmutableArray<string> Features, ImmutableArray<Guid> Keys);

/// <summary>The audio of a calendar month (UTC), which is what is billed.</summary>
/// <param name="Month">Its first day.</param>
/// <param name="Meter">One of <see cref="UsageMeters"/>.</param>
/// <param name="Milliseconds">The audio.</param>
public sealed record MonthUsage(DateOnly Month, string Meter, long Milliseconds);

/// <summary>What an organisation pays by.</summary>
/// <param name="Plan">The plan's name, or null for the configured one.</param>
/// <param name="CreditMicros">What was paid in so far, in millionths of the currency.</param>
public sealed record SpeechAccount(string? Plan, long CreditMicros);

/// <summary>Reads usage. Everything is of one organisation.</summary>
public interface IUsageReports
{
    /// <summary>Sums, in the order of their groups.</summary>
    ValueTask<ImmutableArray<UsageSum>> SumAsync(UsageFilter filter, UsageGrouping grouping, CancellationToken cancellationToken);

    /// <summary>Requests, each with the audio that was metered.</summary>
    ValueTask<ImmutableArray<SpeechRequest>> ListAsync(RequestListing listing, CancellationToken cancellationToken);

    /// <summary>What occurs in a period.</summary>
    ValueTask<UsageFields> FieldsAsync(UsageFilter filter, CancellationToken cancellationToken);

    /// <summary>The audio of every month that has any, oldest first.</summary>
    ValueTask<ImmutableArray<MonthUsage>> MonthsAsync(Guid orgId, CancellationToken cancellationToken);

    /// <summary>What the organisation pays by.</summary>
    ValueTask<SpeechAccount> AccountAsync(Guid orgId, CancellationToken cancellationToken);

    /// <summary>Sets the plan, where one is given, and adds to what was paid in.</summary>
    ValueTask<SpeechAccount> CreditAsync(Guid orgId, string? plan, long micros, CancellationToken cancellationToken);
}
