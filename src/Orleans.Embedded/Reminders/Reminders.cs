using Orleans.Runtime;
using Orleans.Services;
using Orleans.Timers;

namespace Orleans.Runtime
{
    /// <summary>A durable timer of a grain.</summary>
    public interface IGrainReminder
    {
        /// <summary>Its name, unique within the grain.</summary>
        string ReminderName { get; }
    }

    /// <summary>Which tick of a reminder it is.</summary>
    [GenerateSerializer]
    [Immutable]
    public readonly struct TickStatus(DateTime firstTickTime, TimeSpan period, DateTime timeStamp)
    {
        /// <summary>When the reminder was to tick first.</summary>
        [Id(0)]
        public DateTime FirstTickTime { get; } = firstTickTime;

        /// <summary>Its period.</summary>
        [Id(1)]
        public TimeSpan Period { get; } = period;

        /// <summary>When this tick was sent.</summary>
        [Id(2)]
        public DateTime CurrentTickTime { get; } = timeStamp;

        /// <inheritdoc/>
        public override string ToString() => FormattableString.Invariant($"<{FirstTickTime:O}, {Period:c}, {CurrentTickTime:O}>");
    }

    /// <summary>A reminder could not be registered or removed.</summary>
    [GenerateSerializer]
    public sealed class ReminderException(string message) : OrleansException(message);
}

namespace Orleans
{
    /// <summary>A grain that reminders can wake.</summary>
    public interface IRemindable : IGrain
    {
        /// <summary>A reminder is due. Failures are logged; the next tick comes all the same.</summary>
        Task ReceiveReminder(string reminderName, TickStatus status);
    }

    /// <summary>A stored reminder.</summary>
    [GenerateSerializer]
    public sealed class ReminderEntry
    {
        /// <summary>The grain it wakes.</summary>
        [Id(0)]
        public GrainId GrainId { get; set; }

        /// <summary>Its name, unique within the grain.</summary>
        [Id(1)]
        public string ReminderName { get; set; } = "";

        /// <summary>When it ticks first (UTC); later ticks are whole periods after.</summary>
        [Id(2)]
        public DateTime StartAt { get; set; }

        /// <summary>Time between ticks.</summary>
        [Id(3)]
        public TimeSpan Period { get; set; }

        /// <summary>The version that the table gave it.</summary>
        [Id(4)]
        public string? ETag { get; set; }

        /// <inheritdoc/>
        public override string ToString() =>
            FormattableString.Invariant($"<{GrainId} {ReminderName} from {StartAt:O} every {Period:c}, ETag {ETag}>");
    }

    /// <summary>Stored reminders.</summary>
    [GenerateSerializer]
    public sealed class ReminderTableData
    {
        /// <summary>None.</summary>
        public ReminderTableData() => Reminders = [];

        /// <summary>The given ones.</summary>
        public ReminderTableData(IEnumerable<ReminderEntry> list) => Reminders = [.. list];

        /// <summary>One.</summary>
        public ReminderTableData(ReminderEntry entry) => Reminders = [entry];

        /// <summary>The reminders.</summary>
        [Id(0)]
        public IList<ReminderEntry> Reminders { get; private set; }

        /// <inheritdoc/>
        public override string ToString() => $"[{Reminders.Count} reminders: {string.Join(", ", Reminders)}]";
    }

    /// <summary>Stores reminders.</summary>
    public interface IReminderTable
    {
        /// <summary>Prepares the table.</summary>
        [Obsolete("Implement and use StartAsync instead")]
        Task Init() => Task.CompletedTask;

        /// <summary>Prepares the table.</summary>
        Task StartAsync(CancellationToken cancellationToken = default)
#pragma warning disable CS0618 // the default keeps tables alive that only know the old member
            => Init();
#pragma warning restore CS0618

        /// <summary>The reminders of a grain.</summary>
        Task<ReminderTableData> ReadRows(GrainId grainId);

        /// <summary>
        /// The reminders whose grain's uniform hash is in (begin, end]; if begin is not less than end, those outside (end, begin].
        /// </summary>
        Task<ReminderTableData> ReadRows(uint begin, uint end);

        /// <summary>One reminder, or null.</summary>
        Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName);

        /// <summary>Stores a reminder and gives its new ETag.</summary>
        Task<string?> UpsertRow(ReminderEntry entry);

        /// <summary>Removes a reminder; false if the ETag is stale or there is none.</summary>
        Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag);

        /// <summary>Removes everything, in tests.</summary>
        Task TestOnlyClearTable();

        /// <summary>Releases the table.</summary>
        Task StopAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }

    /// <summary>Keeps and fires reminders.</summary>
    public interface IReminderService : IGrainService
    {
        /// <summary>Starts firing.</summary>
        Task Start();

        /// <summary>Stops firing.</summary>
        Task Stop();

        /// <summary>Registers or replaces a reminder.</summary>
        Task<IGrainReminder> RegisterOrUpdateReminder(GrainId grainId, string reminderName, TimeSpan dueTime, TimeSpan period);

        /// <summary>Removes a reminder.</summary>
        Task UnregisterReminder(IGrainReminder reminder);

        /// <summary>A reminder, or null.</summary>
        Task<IGrainReminder?> GetReminder(GrainId grainId, string reminderName);

        /// <summary>All reminders of a grain.</summary>
        Task<List<IGrainReminder>> GetReminders(GrainId grainId);
    }
}

namespace Orleans.Services
{
    /// <summary>A service that runs beside the grains of a silo.</summary>
    public interface IGrainService : ISystemTarget
    {
    }

    /// <summary>A client of a grain service.</summary>
    /// <typeparam name="TGrainService">The service.</typeparam>
    public interface IGrainServiceClient<TGrainService>
        where TGrainService : IGrainService
    {
    }
}

namespace Orleans.Timers
{
    /// <summary>Registers reminders.</summary>
    public interface IReminderRegistry : IGrainServiceClient<IReminderService>
    {
        /// <summary>Registers or replaces a reminder.</summary>
        Task<IGrainReminder> RegisterOrUpdateReminder(GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period);

        /// <summary>Removes a reminder.</summary>
        Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder);

        /// <summary>A reminder, or null.</summary>
        Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName);

        /// <summary>All reminders of a grain.</summary>
        Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId);
    }
}

namespace Orleans
{
    /// <summary>Reminders of a grain; the grain implements <see cref="IRemindable"/>.</summary>
    public static class GrainReminderExtensions
    {
        /// <summary>Registers or replaces a reminder.</summary>
        /// <exception cref="ArgumentException">The name is blank or the period shorter than the configured minimum.</exception>
        public static Task<IGrainReminder> RegisterOrUpdateReminder(
            this Grain grain, string reminderName, TimeSpan dueTime, TimeSpan period) =>
            RegistryOf(grain).RegisterOrUpdateReminder(grain.GrainContext.GrainId, reminderName, dueTime, period);

        /// <summary>Registers or replaces a reminder.</summary>
        /// <exception cref="ArgumentException">The name is blank or the period shorter than the configured minimum.</exception>
        public static Task<IGrainReminder> RegisterOrUpdateReminder(
            this IGrainBase grain, string reminderName, TimeSpan dueTime, TimeSpan period) =>
            RegistryOf(grain).RegisterOrUpdateReminder(grain.GrainContext.GrainId, reminderName, dueTime, period);

        /// <summary>Removes a reminder.</summary>
        public static Task UnregisterReminder(this Grain grain, IGrainReminder reminder) =>
            RegistryOf(grain).UnregisterReminder(grain.GrainContext.GrainId, reminder);

        /// <summary>Removes a reminder.</summary>
        public static Task UnregisterReminder(this IGrainBase grain, IGrainReminder reminder) =>
            RegistryOf(grain).UnregisterReminder(grain.GrainContext.GrainId, reminder);

        /// <summary>A reminder, or null.</summary>
        public static Task<IGrainReminder?> GetReminder(this Grain grain, string reminderName) =>
            RegistryOf(grain).GetReminder(grain.GrainContext.GrainId, reminderName);

        /// <summary>A reminder, or null.</summary>
        public static Task<IGrainReminder?> GetReminder(this IGrainBase grain, string reminderName) =>
            RegistryOf(grain).GetReminder(grain.GrainContext.GrainId, reminderName);

        /// <summary>All reminders of the grain.</summary>
        public static Task<List<IGrainReminder>> GetReminders(this Grain grain) =>
            RegistryOf(grain).GetReminders(grain.GrainContext.GrainId);

        /// <summary>All reminders of the grain.</summary>
        public static Task<List<IGrainReminder>> GetReminders(this IGrainBase grain) =>
            RegistryOf(grain).GetReminders(grain.GrainContext.GrainId);

        private static IReminderRegistry RegistryOf(IGrainBase grain)
        {
            ArgumentNullException.ThrowIfNull(grain);
            if (grain is not IRemindable)
            {
                throw new InvalidOperationException(
                    $"Reminders need a way to wake the grain: {grain.GetType()} must implement {typeof(IRemindable)}.");
            }

            return (IReminderRegistry?)grain.GrainContext.ActivationServices.GetService(typeof(IReminderRegistry))
                ?? throw new OrleansConfigurationException(
                    "No reminder service is configured: call siloBuilder.UseInMemoryReminderService() or UseAdoNetReminderService(...).");
        }
    }
}
