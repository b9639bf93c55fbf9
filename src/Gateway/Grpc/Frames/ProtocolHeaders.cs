namespace Switchboard.Gateway.Grpc.Frames;

/// <summary>Names of headers and trailers of the gRPC protocol.</summary>
internal static class ProtocolHeaders
{
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string StatusDetails = "grpc-status-details-bin";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Timeout = "grpc-timeout";
}
