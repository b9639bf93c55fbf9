namespace Switchboard.Gateway.CaseStreams;

/// <summary>A request whose door knows how messages reach its client.</summary>
internal interface IStreamRequest
{
    IStreamTransport Transport { get; }
}
