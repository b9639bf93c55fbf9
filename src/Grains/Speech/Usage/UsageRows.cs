namespace Switchboard.Grains.Speech.Usage;

/// <summary>
/// Cuts audio into the ledger's rows: one for every interval that it reaches into, with all of that interval that it covers so far. A row
/// written again says the same or more, so that rows add up to the audio, to the millisecond.
/// </summary>
public static class UsageRows
{
    /// <summary>The rows that make the ledger reach from what it has to what was accepted; none when it has all.</summary>
    /// <param name="orgId">The organisation.</param>
    /// <param name="sessionId">The session or request.</param>
    /// <param name="meter">One of <see cref="UsageMeters"/>.</param>
    /// <param name="openedAt">When it was opened.</param>
    /// <param name="from">Milliseconds of audio that the ledger has.</param>
    /// <param name="to">Milliseconds of audio accepted.</param>
    /// <param name="channels">Channels that are billed.</param>
    public static List<UsageRow> Of(
        Guid orgId, Guid sessionId, string meter, DateTimeOffset openedAt, long from, long to, int channels)
    {
        var interval = (long)UsageMeters.Interval.TotalMilliseconds;
        var rows = new List<UsageRow>();
        for (var number = from / interval; from < to && number * interval < to; number++)
        {
            rows.Add(new UsageRow
            {
                OrgId = orgId,
                SessionId = sessionId,
                Meter = meter,
                Interval = (int)number,
                Milliseconds = (Math.Min(to, (number + 1) * interval) - (number * interval)) * channels,
                OpenedAt = openedAt,
            });
        }

        return rows;
    }
}
