using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Grpc.Core;

namespace Switchboard.Gateway.Grpc;

/// <summary>The metrics of gRPC, meter <c>Switchboard.Grpc</c>.</summary>
internal sealed class GrpcInstruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Switchboard.Grpc";

    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<long> _active;
    private readonly Counter<long> _messages;
    private readonly ConcurrentDictionary<(string Method, StatusCode Status), KeyValuePair<string, object?>[]> _outcomes = new();

    public GrpcInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _duration = meter.CreateHistogram(
            "switchboard.grpc.call.duration",
            "s",
            "Time from a call's headers to its status, by method and status.",
            tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
            });
        _active = meter.CreateUpDownCounter<long>("switchboard.grpc.calls.active", "{call}", "Calls that are being served, by method.");
        _messages = meter.CreateCounter<long>("switchboard.grpc.messages", "{message}", "Messages, by method and direction.");
    }

    public MethodMeter Of(string method) => new(this, method);

    /// <summary>Records one method's calls; tag sets are made once.</summary>
    internal sealed class MethodMeter(GrpcInstruments all, string method)
    {
        private readonly KeyValuePair<string, object?> _method = new("method", method);
        private readonly KeyValuePair<string, object?> _received = new("direction", "received");
        private readonly KeyValuePair<string, object?> _sent = new("direction", "sent");

        public void Begin() => all._active.Add(1, _method);

        public void Received() => all._messages.Add(1, _method, _received);

        public void Sent() => all._messages.Add(1, _method, _sent);

        public void End(StatusCode status, TimeSpan elapsed)
        {
            all._active.Add(-1, _method);
            if (all._duration.Enabled)
            {
                all._duration.Record(elapsed.TotalSeconds, all._outcomes.GetOrAdd(
                    (method, status), static call => [new("method", call.Method), new("status", NameOf(call.Status))]));
            }
        }
    }

    /// <summary>A status as the protocol's documents write it, such as <c>DEADLINE_EXCEEDED</c>.</summary>
    public static string NameOf(StatusCode status) => status switch
    {
        StatusCode.OK => "OK",
        StatusCode.Cancelled => "CANCELLED",
        StatusCode.Unknown => "UNKNOWN",
        StatusCode.InvalidArgument => "INVALID_ARGUMENT",
        StatusCode.DeadlineExceeded => "DEADLINE_EXCEEDED",
        StatusCode.NotFound => "NOT_FOUND",
        StatusCode.AlreadyExists => "ALREADY_EXISTS",
        StatusCode.PermissionDenied => "PERMISSION_DENIED",
        StatusCode.ResourceExhausted => "RESOURCE_EXHAUSTED",
        StatusCode.FailedPrecondition => "FAILED_PRECONDITION",
        StatusCode.Aborted => "ABORTED",
        StatusCode.OutOfRange => "OUT_OF_RANGE",
        StatusCode.Unimplemented => "UNIMPLEMENTED",
        StatusCode.Internal => "INTERNAL",
        StatusCode.Unavailable => "UNAVAILABLE",
        StatusCode.DataLoss => "DATA_LOSS",
        StatusCode.Unauthenticated => "UNAUTHENTICATED",
        _ => "UNKNOWN",
    };
}
