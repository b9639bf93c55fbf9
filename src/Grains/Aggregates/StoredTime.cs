namespace Switchboard.Grains.Aggregates;

/// <summary>
/// Time as PostgreSQL keeps it: UTC in whole microseconds. A time that went through a row equals the one the grain still holds.
/// </summary>
internal static class StoredTime
{
    public static DateTimeOffset Now(TimeProvider clock) => Of(clock.GetUtcNow());

    public static DateTimeOffset Of(DateTimeOffset time)
    {
        var utc = time.UtcTicks;
        return new DateTimeOffset(utc - (utc % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }
}
