namespace Switchboard.Grains.Speech.Wire;

/// <summary>What a query means where it says nothing: the path that was called and the deployment decide.</summary>
public sealed record ListenDialect
{
    /// <summary>Whether the query opens a live session; otherwise it comes with a file.</summary>
    public required bool Live { get; init; }

    /// <summary>Default of <c>interim_results</c>: Deepgram says false, Aldea true.</summary>
    public bool InterimResults { get; init; }

    /// <summary>Default of <c>endpointing</c> in milliseconds; 0 never ends an utterance.</summary>
    public int EndpointingMilliseconds { get; init; } = 10;

    /// <summary>Encoding of audio for which none is named (<c>/v1/listen/pcm</c>), or null: it carries a container.</summary>
    public string? Encoding { get; init; }

    /// <summary>Deepgram's defaults for a live session.</summary>
    public static ListenDialect LiveDefaults { get; } = new() { Live = true };

    /// <summary>Deepgram's defaults for a file.</summary>
    public static ListenDialect FileDefaults { get; } = new() { Live = false };
}
