using Switchboard.Grains.Speech.Usage;
using Switchboard.Speech;

namespace Switchboard.Grains.Speech.Sessions;

/// <summary>What is written to the ledger of a session.</summary>
internal static class SessionMeter
{
    /// <summary>The rows that make the ledger reach from what it has to what was accepted; none when it has all.</summary>
    public static List<UsageRow> Rows(SessionSnapshot session) => UsageRows.Of(
        session.OrgId,
        session.Id,
        UsageMeters.LiveAudio,
        session.OpenedAt,
        session.MeteredMilliseconds,
        session.AcceptedMilliseconds,
        session.Request.BilledChannels);

    /// <summary>The session as usage reports list it.</summary>
    public static SpeechRequest Request(SessionSnapshot session) => new()
    {
        OrgId = session.OrgId,
        RequestId = session.Id,
        KeyId = session.Request.KeyId,
        CreatedAt = session.OpenedAt,
        Path = session.Request.Path,
        Method = "streaming",
        Model = session.Request.Model,
        Tags = session.Request.Tags,
        Features = session.Request.Features,
        Code = session.Code,
        EndedAt = session.EndedAt,
        Callback = session.Request.Callback,
        Milliseconds = session.EndedAt is null ? null : session.AcceptedMilliseconds * session.Request.BilledChannels,
    };
}
