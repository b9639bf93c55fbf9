namespace Switchboard.Gateway.CaseStreams;

/// <summary>How messages reach one client. Used by one task at a time.</summary>
internal interface IStreamTransport
{
    /// <summary>An event; it may wait for <see cref="FlushAsync"/>.</summary>
    ValueTask EventAsync(StreamedEvent streamed, bool inQuery, CancellationToken cancellationToken);

    /// <summary>Sends what waits.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken);

    /// <summary>Nothing that comes after <paramref name="id"/> will be missed. Sent once, first.</summary>
    ValueTask ReadyAsync(string id, CancellationToken cancellationToken);

    /// <summary>A sign of life; everything up to <paramref name="id"/> has been sent.</summary>
    ValueTask HeartbeatAsync(string id, CancellationToken cancellationToken);

    /// <summary>Events were missed that cannot be sent: what the client has built up must be loaded anew. Goes on after <paramref name="id"/>.</summary>
    ValueTask ResetAsync(string id, string reason, CancellationToken cancellationToken);

    /// <summary>Says why the stream ends, and ends it.</summary>
    ValueTask EndAsync(StreamEnd end, CancellationToken cancellationToken);
}
