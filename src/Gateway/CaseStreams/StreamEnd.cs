using System.Net.WebSockets;
using Switchboard.Grains.CaseStreams;

namespace Switchboard.Gateway.CaseStreams;

/// <summary>Why a stream ends.</summary>
internal enum StreamEnd
{
    ClientLeft = 0,
    AccessEnded = 1,
    Shutdown = 2,
    TooSlow = 3,
    Unavailable = 4,
}

/// <summary>The words in which clients are told what happens to their stream.</summary>
internal static class StreamWords
{
    private const WebSocketCloseStatus TryAgainLater = (WebSocketCloseStatus)1013;

    public static string Name(StreamEnd end) => end switch
    {
        StreamEnd.ClientLeft => "client_left",
        StreamEnd.AccessEnded => "access_ended",
        StreamEnd.Shutdown => "shutdown",
        StreamEnd.TooSlow => "too_slow",
        StreamEnd.Unavailable => "unavailable",
        _ => throw new ArgumentOutOfRangeException(nameof(end), end, "No such end."),
    };

    public static string Detail(StreamEnd end) => end switch
    {
        StreamEnd.ClientLeft => "the client closed the connection",
        StreamEnd.AccessEnded => "a key was revoked, disabled or has expired, or the permission was taken away",
        StreamEnd.Shutdown => "this process stops; connect again with the last event id and nothing is missed",
        StreamEnd.TooSlow => "the client did not read; connect again with the last event id and nothing is missed",
        StreamEnd.Unavailable => "the database cannot be reached; connect again with the last event id and nothing is missed",
        _ => throw new ArgumentOutOfRangeException(nameof(end), end, "No such end."),
    };

    public static WebSocketCloseStatus CloseStatus(StreamEnd end) => end switch
    {
        StreamEnd.ClientLeft => WebSocketCloseStatus.NormalClosure,
        StreamEnd.AccessEnded => WebSocketCloseStatus.PolicyViolation,
        StreamEnd.Shutdown => WebSocketCloseStatus.EndpointUnavailable,
        _ => TryAgainLater,
    };

    public static string Name(ResumeVerdict verdict) => verdict switch
    {
        ResumeVerdict.TooOld => "too_old",
        ResumeVerdict.OtherEpoch => "other_epoch",
        ResumeVerdict.Unknown => "unknown",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "Not a reason to start anew."),
    };
}
