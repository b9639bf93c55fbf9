using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Switchboard.Silo.Metrics;

/// <summary>The figures about the process that every Prometheus dashboard expects, under their customary names.</summary>
internal sealed class ProcessMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Process _process = Process.GetCurrentProcess();

    public ProcessMetrics(IMeterFactory meters, string version, string engine)
    {
        _meter = meters.Create("Switchboard.Process");
        _meter.CreateObservableCounter("process.cpu", () => Fresh().TotalProcessorTime.TotalSeconds, "s", "Processor time used, user and system.");
        _meter.CreateObservableGauge("process.resident_memory", () => Fresh().WorkingSet64, "By", "Resident memory.");
        _meter.CreateObservableGauge("process.virtual_memory", () => Fresh().VirtualMemorySize64, "By", "Virtual memory.");
        _meter.CreateObservableGauge("process.threads", () => Fresh().Threads.Count, null, "Operating system threads.");
        _meter.CreateObservableGauge(
            "process.start_time", () => new DateTimeOffset(_process.StartTime).ToUnixTimeMilliseconds() / 1000.0, "s", "When the process started, as Unix time.");
        if (Directory.Exists("/proc/self/fd"))
        {
            _meter.CreateObservableGauge("process.open_fds", () => Directory.GetFileSystemEntries("/proc/self/fd").Length, null, "Open file descriptors.");
        }

        _meter.CreateObservableGauge(
            "switchboard.build_info",
            () => new Measurement<int>(1, new("version", version), new KeyValuePair<string, object?>("grain_engine", engine)),
            null,
            "Always 1; the labels say what runs.");
    }

    public void Dispose()
    {
        _meter.Dispose();
        _process.Dispose();
    }

    private Process Fresh()
    {
        _process.Refresh();
        return _process;
    }
}
