using System.Collections.Immutable;
using System.Globalization;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Management;

/// <summary>Reads from a query which usage is asked for: from <c>start</c> to <c>end</c>, both included where they are days.</summary>
internal static class Period
{
    /// <summary>How long the period is that is reported when no start is given.</summary>
    private const int Days = 30;

    private const int MostValues = 50;

    // What else a query of a report may hold that is no feature.
    private static readonly ImmutableHashSet<string> _names =
    [
        "start", "end", "accessor", "tag", "model", "method", "endpoint", "deployment", "limit", "page", "status", "request_id", "grouping", "alternatives",
        "line_item",
    ];

    /// <summary>The filter, or why it cannot be read.</summary>
    public static (UsageFilter? Filter, SpeechError? Refusal) Read(SpeechCall call, DateTimeOffset now)
    {
        var (end, endRefusal) = Moment(call, "end", last: true);
        var (start, startRefusal) = Moment(call, "start", last: false);
        if ((endRefusal ?? startRefusal) is { } refusal)
        {
            return (null, refusal);
        }

        // A day more than today: clients' clocks and zones differ.
        var to = end ?? Day(now).AddDays(1);
        var from = start ?? Day(to.AddTicks(-1)).AddDays(1 - Days);
        if (from >= to)
        {
            return (null, SpeechError.InvalidParameter("start is not before end"));
        }

        var key = (Guid?)null;
        if (call.Text("accessor") is { } accessor)
        {
            if (!Guid.TryParse(accessor, out var id))
            {
                return (null, SpeechError.InvalidParameter("accessor is not the id of a key"));
            }

            key = id;
        }

        var method = call.Text("method");
        if (method is not (null or "sync" or "async" or "streaming"))
        {
            return (null, SpeechError.InvalidParameter($"method is '{Quoted.Cut(method)}'; it must be sync, async or streaming"));
        }

        var features = call.Query
            .Where(pair => !_names.Contains(pair.Key) && pair.Value.Count > 0 && string.Equals(pair.Value[0], "true", StringComparison.OrdinalIgnoreCase))
            .Select(static pair => pair.Key)
            .Take(MostValues);
        return (new UsageFilter(call.OrgId, from, to)
        {
            KeyId = key,
            Tags = Values(call, "tag"),
            Models = Values(call, "model"),
            Method = method,
            Features = [.. features],
        }, null);
    }

    /// <summary>The first moment of a day.</summary>
    public static DateTimeOffset Day(DateTimeOffset moment) => new(moment.UtcDateTime.Date, TimeSpan.Zero);

    private static ImmutableArray<string> Values(SpeechCall call, string name) => [.. call.Query[name].OfType<string>().Where(static text => text.Length > 0).Take(MostValues)];

    private static (DateTimeOffset? Moment, SpeechError? Refusal) Moment(SpeechCall call, string name, bool last)
    {
        if (call.Text(name) is not { } text)
        {
            return default;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is > 1970 and < 9000)
        {
            return (new DateTimeOffset(day.AddDays(last ? 1 : 0), TimeOnly.MinValue, TimeSpan.Zero), null);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            && moment.Year is > 1970 and < 9000
            ? (moment, null)
            : (null, SpeechError.InvalidParameter($"{name} is '{Quoted.Cut(text)}'; write a day as 2026-11-30 or a time as 2026-11-30T12:00:00Z"));
    }
}
