using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Timers;

namespace Orleans.Reminders;

/// <summary>
/// Fires the reminders of a table. Ticks are anchored to the first one; what fell due while nobody was there is skipped. The table is
/// read at the start and again from time to time, because others may change it.
/// </summary>
internal sealed class ReminderService(IReminderTable table, SiloRuntime silo, IOptions<ReminderOptions> options)
    : IReminderRegistry, IReminderService, ILifecycleParticipant<ISiloLifecycle>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(GrainId Grain, string Name), ScheduledReminder> _scheduled = [];
    private ITimer? _refresh;
    private bool _stopped;

    internal TimeProvider Time => silo.Time;

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe<ReminderService>(ServiceLifecycleStage.RuntimeGrainServices, PrepareAsync, StopTableAsync);
        lifecycle.Subscribe<ReminderService>(ServiceLifecycleStage.Active, _ => Start(), _ => Stop());
    }

    public async Task Start()
    {
        await ReadTableAsync();
        var period = options.Value.RefreshReminderListPeriod;
        _refresh = Time.CreateTimer(static state => ((ReminderService)state!).Refresh(), this, period, period);
    }

    public Task Stop()
    {
        _refresh?.Dispose();
        lock (_lock)
        {
            _stopped = true;
            foreach (var reminder in _scheduled.Values)
            {
                reminder.Dispose();
            }

            _scheduled.Clear();
        }

        return Task.CompletedTask;
    }

    public async Task<IGrainReminder> RegisterOrUpdateReminder(GrainId grainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        Validate(reminderName, dueTime, period);
        var entry = new ReminderEntry
        {
            GrainId = grainId,
            ReminderName = reminderName,
            StartAt = Time.GetUtcNow().UtcDateTime + dueTime,
            Period = period,
        };
        entry.ETag = await table.UpsertRow(entry) ?? throw new ReminderException(
            $"Reminder {reminderName} of {grainId} could not be stored: it was changed at the same time.");
        Schedule(entry);
        return new GrainReminder(grainId, reminderName, entry.ETag);
    }

    public Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder) => UnregisterReminder(reminder);

    public async Task UnregisterReminder(IGrainReminder reminder)
    {
        ArgumentNullException.ThrowIfNull(reminder);
        if (reminder is not GrainReminder known)
        {
            throw new ArgumentException($"{reminder.GetType()} is not a reminder of this service.", nameof(reminder));
        }

        if (!await table.RemoveRow(known.GrainId, known.ReminderName, known.ETag))
        {
            throw new ReminderException(
                $"Reminder {known.ReminderName} of {known.GrainId} could not be removed: it was removed or registered anew meanwhile.");
        }

        lock (_lock)
        {
            if (_scheduled.Remove((known.GrainId, known.ReminderName), out var scheduled))
            {
                scheduled.Dispose();
            }
        }
    }

    public async Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName)
    {
        ArgumentException.ThrowIfNullOrEmpty(reminderName);
        return await table.ReadRow(callingGrainId, reminderName) is { } entry ? ToReminder(entry) : null;
    }

    public async Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId) =>
        [.. (await table.ReadRows(callingGrainId)).Reminders.Select(ToReminder)];

    internal async Task FireAsync(ReminderEntry entry)
    {
        try
        {
            var status = new TickStatus(entry.StartAt, entry.Period, Time.GetUtcNow().UtcDateTime);
            await silo.Factory.GetGrain<IRemindable>(entry.GrainId).ReceiveReminder(entry.ReminderName, status);
        }
        catch (Exception exception)
        {
            Log.ReminderFailed(silo.Logger, exception, entry.ReminderName, entry.GrainId);
        }
    }

    private static GrainReminder ToReminder(ReminderEntry entry) => new(entry.GrainId, entry.ReminderName, entry.ETag ?? "");

    private void Validate(string name, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.Zero);
        if (period < options.Value.MinimumReminderPeriod)
        {
            throw new ArgumentException(
                $"The period {period} of reminder {name} is shorter than ReminderOptions.MinimumReminderPeriod, "
                + $"{options.Value.MinimumReminderPeriod}. Use a grain timer for short periods.",
                nameof(period));
        }
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.InitializationTimeout, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        await table.StartAsync(either.Token);
    }

    private Task StopTableAsync(CancellationToken cancellationToken) => table.StopAsync(cancellationToken);

    private async void Refresh()
    {
        try
        {
            await ReadTableAsync();
        }
        catch (Exception exception)
        {
            Log.ReminderTableFailed(silo.Logger, exception, options.Value.RefreshReminderListPeriod);
        }
    }

    private async Task ReadTableAsync()
    {
        HashSet<(GrainId, string)> before;
        lock (_lock)
        {
            before = [.. _scheduled.Keys];
        }

        // A range whose ends meet is the whole ring.
        foreach (var entry in (await table.ReadRows(0, 0)).Reminders)
        {
            before.Remove((entry.GrainId, entry.ReminderName));
            Schedule(entry);
        }

        lock (_lock)
        {
            foreach (var gone in before)
            {
                if (_scheduled.Remove(gone, out var reminder))
                {
                    reminder.Dispose();
                }
            }
        }
    }

    private void Schedule(ReminderEntry entry)
    {
        lock (_lock)
        {
            if (_stopped)
            {
                return;
            }

            var key = (entry.GrainId, entry.ReminderName);
            if (_scheduled.TryGetValue(key, out var known))
            {
                if (known.Entry.ETag == entry.ETag)
                {
                    return;
                }

                known.Dispose();
            }

            _scheduled[key] = new ScheduledReminder(this, entry);
        }
    }
}

/// <summary>A reminder as grains hold it.</summary>
internal sealed record GrainReminder(GrainId GrainId, string ReminderName, string ETag) : IGrainReminder;

/// <summary>One reminder with its timer.</summary>
internal sealed class ScheduledReminder : IDisposable
{
    /// <summary>Timers cannot wait longer than this; a tick that is further away is approached in steps.</summary>
    private static readonly TimeSpan s_maxWait = TimeSpan.FromDays(30);

    private readonly ReminderService _service;
    private readonly ITimer _timer;
    private DateTime _due;
    private volatile bool _disposed;

    internal ScheduledReminder(ReminderService service, ReminderEntry entry)
    {
        _service = service;
        Entry = entry;
        using var noFlow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _timer = service.Time.CreateTimer(
            static state => ((ScheduledReminder)state!).Elapsed(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _due = FirstDue();
        Arm();
    }

    internal ReminderEntry Entry { get; }

    private DateTime Now => _service.Time.GetUtcNow().UtcDateTime;

    public void Dispose()
    {
        _disposed = true;
        _timer.Dispose();
    }

    private DateTime FirstDue() => Entry.StartAt >= Now ? Entry.StartAt : NextAfter(Now);

    /// <summary>The first anchored tick at or after a time.</summary>
    private DateTime NextAfter(DateTime time)
    {
        var period = Math.Max(Entry.Period.Ticks, 1);
        var late = time.Ticks - Entry.StartAt.Ticks;
        var periods = (late + period - 1) / period;
        return Entry.StartAt + TimeSpan.FromTicks(periods * period);
    }

    private void Arm()
    {
        var wait = _due - Now;
        wait = wait < TimeSpan.Zero ? TimeSpan.Zero : wait > s_maxWait ? s_maxWait : wait;
        try
        {
            if (!_disposed)
            {
                _timer.Change(wait, Timeout.InfiniteTimeSpan);
            }
        }
        catch (ObjectDisposedException)
        {
            // Unregistered at this moment.
        }
    }

    private async void Elapsed()
    {
        if (_disposed)
        {
            return;
        }

        if (Now >= _due)
        {
            await _service.FireAsync(Entry);
            _due = NextAfter(Max(Now, _due + TimeSpan.FromTicks(1)));
        }

        Arm();
    }

    private static DateTime Max(DateTime left, DateTime right) => left > right ? left : right;
}
