using Microsoft.Extensions.Options;

namespace Switchboard.Silo.Telemetry;

/// <summary>Where traces go; section <c>Telemetry</c>. Off unless an endpoint is set.</summary>
internal sealed class TraceExportOptions
{
    /// <summary>Base address of an OTLP/HTTP collector, e.g. <c>http://collector:4318</c>; empty for no export.</summary>
    public string OtlpEndpoint { get; set; } = "";

    /// <summary>Share of traces that begin here and are kept, 0 to 1; a caller's decision in <c>traceparent</c> goes first.</summary>
    public double SampleRatio { get; set; } = 1;

    /// <summary>Name under which this process appears.</summary>
    public string ServiceName { get; set; } = "switchboard";
}

/// <summary>Checks <see cref="TraceExportOptions"/> at start.</summary>
internal sealed class TraceExportOptionsValidator : IValidateOptions<TraceExportOptions>
{
    public ValidateOptionsResult Validate(string? name, TraceExportOptions options)
    {
        List<string> wrong = [];
        if (options.OtlpEndpoint.Length > 0
            && !(Uri.TryCreate(options.OtlpEndpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            wrong.Add($"Telemetry:OtlpEndpoint is '{options.OtlpEndpoint}'; set it to a collector's address such as http://localhost:4318, or leave it empty.");
        }

        if (options.SampleRatio is not (>= 0 and <= 1))
        {
            wrong.Add($"Telemetry:SampleRatio is {options.SampleRatio}; set it to a number from 0 to 1.");
        }

        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
