namespace Switchboard.Gateway.Speech.Listen;

/// <summary>
/// How a session ends: the WebSocket's close code and reason (speech API specification, section 2.5). Clients match on both.
/// </summary>
/// <param name="Code">The close code.</param>
/// <param name="Reason">The reason; at most 123 bytes.</param>
/// <param name="Flush">Whether the engine is first asked for its last results.</param>
internal sealed record Ending(int Code, string Reason, bool Flush)
{
    /// <summary>The code for a close frame: 1006 says that there was none and stands in no frame.</summary>
    public int CloseCode => Code == 1006 ? GoingAway.Code : Code;

    /// <summary>The client has sent everything.</summary>
    public static Ending Normal { get; } = new(1000, "", Flush: true);

    /// <summary>The client's connection is gone, or it closed without a word.</summary>
    public static Ending ClientLeft { get; } = new(1006, "", Flush: false);

    /// <summary>The same, where the last results go elsewhere.</summary>
    public static Ending ClientHungUp { get; } = ClientLeft with { Flush = true };

    /// <summary>The callback's receiver does not take the results.</summary>
    public static Ending CallbackLost { get; } =
        new(1011, "CALLBACK: the callback's receiver does not take the results", Flush: false);

    /// <summary>Neither audio nor text for too long.</summary>
    public static Ending Idle { get; } =
        new(1011, "NET-0001: no audio data or text message received within the timeout window. See net0001", Flush: true);

    /// <summary>Never any audio.</summary>
    public static Ending NoAudio { get; } =
        new(1011, "NET-0000: no audio was received and so no response message within the timeout window", Flush: true);

    /// <summary>No engine could go on.</summary>
    public static Ending EngineLost { get; } =
        new(1011, "NET-0000: the service did not provide a response message within the timeout window", Flush: false);

    /// <summary>Something here failed.</summary>
    public static Ending Failed { get; } = new(1011, "NET-0000: the service failed; connect again", Flush: false);

    /// <summary>The process stops; another one goes on.</summary>
    public static Ending GoingAway { get; } = new(1001, "going away: connect again", Flush: true);

    /// <summary>The longest session there may be is over.</summary>
    public static Ending TooLong { get; } = new(1001, "the longest session is reached: connect again", Flush: true);

    /// <summary>The key may no longer be used.</summary>
    public static Ending KeyRevoked { get; } = new(1008, "INVALID_AUTH: the key was revoked or has expired", Flush: false);

    /// <summary>The place among the organisation's sessions is lost, or the month is used up.</summary>
    public static Ending SlotLost { get; } =
        new(1008, "TOO_MANY_REQUESTS: the session's slot was lost, or the month's seconds are used up", Flush: false);

    /// <summary>Another process goes on with the session.</summary>
    public static Ending Superseded { get; } = new(1001, "the session was resumed on another connection", Flush: false);

    /// <summary>A message that should be a packet of Opus is none.</summary>
    public static Ending NoPacket { get; } = new(1008, "DATA-0000: with encoding=opus each message is one packet of Opus", Flush: false);

    /// <summary>A message above the limit.</summary>
    public static Ending TooBig(int limit) => new(1009, $"message too big: at most {limit} bytes", Flush: false);

    /// <summary>The audio cannot be decoded.</summary>
    public static Ending Undecodable(string said)
    {
        const string Usual = "DATA-0000: the payload cannot be decoded as audio";
        return new(1008, said.Contains("DATA-0000", StringComparison.Ordinal) && said.Length <= 120 ? said : Usual, Flush: false);
    }
}
