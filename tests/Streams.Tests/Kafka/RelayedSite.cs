using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using Switchboard.Events;
using Switchboard.Storage.Databases;
using Switchboard.Streams.Control;
using Switchboard.Streams.Diagnostics;
using Switchboard.Streams.Hosting;
using Switchboard.Streams.Tests.Conformance;
using Switchboard.Streams.Tests.PostgresLog;
using Switchboard.Testing.Postgres;

namespace Switchboard.Streams.Tests.Kafka;

/// <summary>The whole way: events are written to the log, relayed to a topic, and handled.</summary>
internal sealed class RelayedSite(TestDatabase database, string servers, string topic) : KafkaStreamSite(database, servers, topic)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(20);

    private readonly Messages _messages = new();

    /// <summary>The control of the running silo's consumers.</summary>
    public StreamControl Control => new(Silos.First().GetSiloServiceProvider().GetRequiredService<TenantDatabase>());

    /// <summary>Publishes without the relay.</summary>
    public Task PublishAgainAsync(IReadOnlyList<EventRecord> records) => base.WriteAsync(records);

    public override async Task WriteAsync(IReadOnlyList<EventRecord> records)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await PostgresLogSite.InsertAsync(connection, records);
    }

    /// <summary>Waits until the relay has so many events left to do, at least; or none.</summary>
    public Task WaitForLagAsync(long events, CancellationToken cancellationToken) => WaitAsync(
        () => RelayLag() is var lag && (events == 0 ? lag == 0 : lag >= events), $"a lag of {events}", cancellationToken);

    /// <summary>Waits until something was logged.</summary>
    public Task WaitForLogAsync(string text, CancellationToken cancellationToken) =>
        WaitAsync(() => _messages.Any(text), $"the message '{text}'", cancellationToken);

    /// <summary>What was logged, for the output of a test.</summary>
    public string Log => _messages.ToString();

    /// <summary>Waits until the relay publishes to so many partitions.</summary>
    public async Task WaitForPublishedPartitionsAsync(int partitions, CancellationToken cancellationToken)
    {
        while (await PublishedPartitionsAsync() != partitions)
        {
            await Task.Delay(_look, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>To how many partitions the relay publishes.</summary>
    public async Task<int> PublishedPartitionsAsync() => (int)(await Database.ExecuteAsync("select coalesce(max(partitions), 0) from stream_topic"))!;

    /// <summary>An event may come again, but never before one of its stream that has not come yet.</summary>
    public void ShouldBeInOrder(Records records, int seed)
    {
        foreach (var stream in records.Streams)
        {
            var highest = 0L;
            foreach (var version in Recorder.VersionsOf(stream))
            {
                version.ShouldBeLessThanOrEqualTo(highest + 1, $"seed {seed}, stream {stream}: {string.Join(' ', Recorder.VersionsOf(stream))}");
                highest = Math.Max(highest, version);
            }
        }
    }

    protected override void Configure(ISiloBuilder silo)
    {
        base.Configure(silo);
        silo.Configuration["Streams:Kafka:Topics:case-management"] = Topic;
        silo.Services.AddLogging(logging => logging.AddProvider(_messages));
        silo.Services.AddEventRelay(silo.Configuration);
    }

    private static async Task WaitAsync(Func<bool> holds, string what, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        giveUp.CancelAfter(_patience);
        while (!holds())
        {
            try
            {
                await Task.Delay(_look, TimeProvider.System, giveUp.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"There was no {what} within {_patience}.");
            }
        }
    }

    private long RelayLag()
    {
        var lag = -1L;
        using var listener = new MeterListener();
        var meter = Silos.First().GetSiloServiceProvider().GetRequiredService<StreamInstruments>().Meter;
        listener.InstrumentPublished = (instrument, it) =>
        {
            if (ReferenceEquals(instrument.Meter, meter) && instrument.Name == "switchboard.streams.lag.events")
            {
                it.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag is { Key: "flavor", Value: string flavor } && flavor.StartsWith("relay", StringComparison.Ordinal))
                {
                    lag = value;
                }
            }
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return lag;
    }

    private sealed class Messages : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _all = new();

        public bool Any(string text) => _all.Any(message => message.Contains(text, StringComparison.Ordinal));

        public override string ToString() => string.Join('\n', _all);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _all.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {formatter(state, exception)} {exception?.Message}"));

        public void Dispose()
        {
        }
    }
}
