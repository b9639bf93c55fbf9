using Microsoft.Extensions.Logging;
using Switchboard.Events;
using Switchboard.Grains.DeadLetters;
using Switchboard.Streams.Diagnostics;
using Switchboard.Streams.Hosting;
using Switchboard.Streams.Leases;
using Switchboard.Streams.Positions;
using Switchboard.Streams.PostgresLog;

namespace Switchboard.Streams.Relay;

/// <summary>
/// Brings one tenant's log to its destination: in the log's order, batch after batch, and moves on only when a batch is safe there. One
/// process relays at a time, by lease. While the destination is away it keeps trying; the log is its buffer.
/// </summary>
internal sealed partial class EventRelay(
    StreamTenant tenant, IEventPublisher publisher, IDeadLetters deadLetters, RelayOptions options, StreamInstruments instruments, TimeProvider time, ILogger logger)
{
    /// <summary>The relay's name among consumers and in dead letters.</summary>
    public const string Consumer = "relay";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private TimeSpan _pause = options.FirstPause;
    private bool _failing;

    private string Tenant => tenant.Database.Tenant;

    /// <summary>The relay's queue; its position belongs to one destination.</summary>
    public static QueueName NameOf(IEventPublisher publisher) => new($"{Consumer}:{publisher.Destination}", PostgresLogAdapterReceiver.Source, 0);

    /// <summary>Relays until it is told to stop, whenever it has the lease.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var name = NameOf(publisher);
        await using var slot = tenant.Keeper.Open(name);
        using var tail = tenant.Tail.Join(partition: null);
        Progress? progress = null;
        RelayReader? reader = null;
        using var metrics = instruments.ObserveQueue(
            Tenant, name, () => slot.Held is null ? null : progress?.Backlog(tenant.Tail.End, queues: 1, time.GetUtcNow(), bytes: 0));
        QueueLease? lease = null;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var held = await slot.WaitAsync(stopping);
                if (!ReferenceEquals(held, lease))
                {
                    var start = held.Position ?? new QueuePosition(await tenant.Reader.GetEpochAsync(stopping), 0, 1);
                    (lease, progress, reader) = (held, new Progress(start), new RelayReader(tenant.Tail, start.ToFeed(), options.BatchEvents));
                    publisher.Begin(Tenant, held);
                }

                if (await reader!.NextAsync(stopping) is { } batch)
                {
                    reader.ReadAhead(stopping);
                    await RelayAsync(batch.Records, stopping);
                    progress!.Pass(batch.Last);
                    slot.Advance(held, progress.Position);
                    Succeeded();
                }
                else
                {
                    await tail.WaitAsync(_patience, stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // Whatever it is: the cursor stands before the batch, which comes again.
                Failed(error);
                lease = null;
                await Task.Delay(_pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _pause = _pause * 2 < options.LongestPause ? _pause * 2 : options.LongestPause;
            }
        }
    }

    private async Task RelayAsync(List<EventRecord> records, CancellationToken stopping)
    {
        var alone = options.Routes.Where(static route => route.Alone).ToList();
        var own = alone.Count == 0 ? records : records.FindAll(record => !alone.Exists(route => route.Takes(Tenant, record.Type)));
        await PublishAsync(publisher.TopicOf(Tenant), own, stopping);
        foreach (var route in options.Routes)
        {
            await PublishAsync(route.Topic, [.. records.Where(record => route.Takes(Tenant, record.Type))], stopping);
        }
    }

    private async Task PublishAsync(string topic, List<EventRecord> records, CancellationToken stopping)
    {
        while (records.Count > 0)
        {
            try
            {
                await publisher.PublishAsync(topic, records, stopping);
                return;
            }
            catch (EventRefusedException refused)
            {
                // It would stand in the way of all others for ever; kept where a person finds it.
                await deadLetters.ParkAsync(
                    DeadLetter.About(refused.Record, Consumer, DeadLetterReason.HandlerFailed, $"{topic}: {refused.Message}", attempts: 1), stopping);
                LogRefused(Tenant, refused.Record.EventId, topic, refused.Message);
                records = [.. records.Where(record => record.EventId != refused.Record.EventId)];
            }
        }
    }

    private void Failed(Exception error)
    {
        if (!_failing)
        {
            _failing = true;
            LogFailed(Tenant, publisher.Destination, error);
        }
    }

    private void Succeeded()
    {
        if (_failing)
        {
            _failing = false;
            LogBack(Tenant, publisher.Destination);
        }

        _pause = options.FirstPause;
    }

    [LoggerMessage(6030, LogLevel.Warning, "{Tenant}: events cannot be relayed to {Destination} now; they stay in the log, and it is tried until they can")]
    private partial void LogFailed(string tenant, string destination, Exception error);

    [LoggerMessage(6031, LogLevel.Information, "{Tenant}: events are relayed to {Destination} again")]
    private partial void LogBack(string tenant, string destination);

    [LoggerMessage(6032, LogLevel.Error, "{Tenant}: event {EventId} cannot be published to {Topic} and was parked as a dead letter of the relay: {Reason}")]
    private partial void LogRefused(string tenant, Guid eventId, string topic, string reason);
}
