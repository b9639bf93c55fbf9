using Orleans.Runtime;
using Orleans.Timers;

namespace Orleans.Runtime
{
    /// <summary>When a grain timer fires and how its ticks meet other requests.</summary>
    public readonly struct GrainTimerCreationOptions()
    {
        /// <summary>Times only.</summary>
        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
            : this()
        {
            DueTime = dueTime;
            Period = period;
        }

        /// <summary>Time to the first tick; infinite: not started.</summary>
        public required TimeSpan DueTime { get; init; }

        /// <summary>Time from the end of a tick to the start of the next; infinite: one tick only.</summary>
        public required TimeSpan Period { get; init; }

        /// <summary>Ticks run beside other requests; otherwise they queue like a call.</summary>
        public bool Interleave { get; init; }

        /// <summary>Ticks keep the activation from being idle.</summary>
        public bool KeepAlive { get; init; }
    }

    /// <summary>A timer that lives as long as its activation.</summary>
    public interface IGrainTimer : IDisposable
    {
        /// <summary>Sets new times; during a tick they take effect after it.</summary>
        void Change(TimeSpan dueTime, TimeSpan period);
    }
}

namespace Orleans.Timers
{
    /// <summary>Registers timers.</summary>
    public interface ITimerRegistry
    {
        /// <summary>Registers a timer whose ticks interleave.</summary>
        [Obsolete("Use 'RegisterGrainTimer(grainContext, callback, state, new() { DueTime = dueTime, Period = period, Interleave = true })' instead.")]
        IDisposable RegisterTimer(
            IGrainContext grainContext, Func<object?, Task> callback, object? state, TimeSpan dueTime, TimeSpan period);

        /// <summary>Registers a timer.</summary>
        IGrainTimer RegisterGrainTimer<TState>(
            IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options);
    }
}

namespace Orleans
{
    /// <summary>What every grain object can do.</summary>
    public static class GrainBaseExtensions
    {
        /// <summary>Deactivates after the running requests.</summary>
        public static void DeactivateOnIdle(this IGrainBase grain) =>
            grain.GrainContext.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "DeactivateOnIdle was called."));

        /// <summary>Asks to move elsewhere after the running requests; in a single process it deactivates.</summary>
        public static void MigrateOnIdle(this IGrainBase grain) => grain.GrainContext.Migrate(RequestContext.CurrentValues);

        /// <summary>Registers a timer.</summary>
        public static IGrainTimer RegisterGrainTimer<TState>(
            this IGrainBase grain, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
        {
            ArgumentNullException.ThrowIfNull(callback);
            if (grain is Grain { GrainContext: null } || grain.GrainContext is not { } context)
            {
                throw new InvalidOperationException("The grain was not created by the engine, so it has no timers.");
            }

            var registry = (ITimerRegistry?)context.ActivationServices.GetService(typeof(ITimerRegistry))
                ?? throw new InvalidOperationException("No ITimerRegistry is registered.");
            return registry.RegisterGrainTimer(context, callback, state, options);
        }

        /// <summary>Registers a timer.</summary>
        public static IGrainTimer RegisterGrainTimer(
            this IGrainBase grain, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
        {
            ArgumentNullException.ThrowIfNull(callback);
            return grain.RegisterGrainTimer(static (callback, ct) => callback(ct), callback, options);
        }

        /// <summary>Registers a timer.</summary>
        public static IGrainTimer RegisterGrainTimer(this IGrainBase grain, Func<Task> callback, GrainTimerCreationOptions options)
        {
            ArgumentNullException.ThrowIfNull(callback);
            return grain.RegisterGrainTimer(static (callback, _) => callback(), callback, options);
        }

        /// <summary>Registers a timer.</summary>
        public static IGrainTimer RegisterGrainTimer<TState>(
            this IGrainBase grain, Func<TState, Task> callback, TState state, GrainTimerCreationOptions options)
        {
            ArgumentNullException.ThrowIfNull(callback);
            return grain.RegisterGrainTimer(static (s, _) => s.Callback(s.State), (Callback: callback, State: state), options);
        }

        /// <summary>Registers a timer.</summary>
        public static IGrainTimer RegisterGrainTimer(this IGrainBase grain, Func<Task> callback, TimeSpan dueTime, TimeSpan period) =>
            grain.RegisterGrainTimer(callback, new GrainTimerCreationOptions(dueTime, period));

        /// <summary>Registers a timer.</summary>
        public static IGrainTimer RegisterGrainTimer(
            this IGrainBase grain, Func<CancellationToken, Task> callback, TimeSpan dueTime, TimeSpan period) =>
            grain.RegisterGrainTimer(callback, new GrainTimerCreationOptions(dueTime, period));

        /// <summary>Registers a timer.</summary>
        public static IGrainTimer RegisterGrainTimer<TState>(
            this IGrainBase grain, Func<TState, Task> callback, TState state, TimeSpan dueTime, TimeSpan period) =>
            grain.RegisterGrainTimer(callback, state, new GrainTimerCreationOptions(dueTime, period));

        /// <summary>Registers a timer.</summary>
        public static IGrainTimer RegisterGrainTimer<TState>(
            this IGrainBase grain, Func<TState, CancellationToken, Task> callback, TState state, TimeSpan dueTime, TimeSpan period) =>
            grain.RegisterGrainTimer(callback, state, new GrainTimerCreationOptions(dueTime, period));
    }
}
