using Microsoft.Extensions.Options;

namespace Switchboard.Silo.Metrics;

/// <summary>What <c>/metrics</c> shows; section <c>Metrics</c>.</summary>
internal sealed class MetricsOptions
{
    /// <summary>Beginnings of the names of meters that are collected.</summary>
    public string[] Meters { get; set; } =
        ["Switchboard", "Microsoft.Orleans", "Microsoft.AspNetCore", "System.Runtime", "System.Net.Http", "Npgsql"];

    /// <summary>
    /// Label combinations that one metric may have. Further ones are added up under <c>overflow="true"</c>, so that an
    /// unbounded tag costs accuracy and not the process.
    /// </summary>
    public int MaxSeriesPerMetric { get; set; } = 500;
}

/// <summary>Refuses a configuration under which metrics would silently be wrong.</summary>
internal sealed class MetricsOptionsValidator : IValidateOptions<MetricsOptions>
{
    public ValidateOptionsResult Validate(string? name, MetricsOptions options) => options switch
    {
        { MaxSeriesPerMetric: < 10 or > 100_000 } => ValidateOptionsResult.Fail(
            $"Metrics:MaxSeriesPerMetric is {options.MaxSeriesPerMetric}; set it to a number from 10 to 100000 (default 500)."),
        { Meters: null or { Length: 0 } } => ValidateOptionsResult.Fail(
            "Metrics:Meters is empty, so /metrics would show nothing; name the beginnings of meter names, e.g. Metrics:Meters:0=Switchboard."),
        _ => ValidateOptionsResult.Success,
    };
}
