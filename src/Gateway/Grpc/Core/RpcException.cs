namespace Grpc.Core;

/// <summary>Ends a call with a status and, where given, trailers.</summary>
internal sealed class RpcException(Status status, Metadata trailers, string message) : Exception(message)
{
    public RpcException(Status status)
        : this(status, new Metadata())
    {
    }

    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, $"Status(StatusCode=\"{status.StatusCode}\", Detail=\"{status.Detail}\")")
    {
    }

    public Status Status => status;

    public StatusCode StatusCode => status.StatusCode;

    public Metadata Trailers => trailers;
}
