namespace Orleans
{
    /// <summary>Something with ordered stages of start and stop.</summary>
    public interface ILifecycleObservable
    {
        /// <summary>Takes part at a stage; disposing the result ends it.</summary>
        IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer);
    }

    /// <summary>Takes part in start and stop.</summary>
    public interface ILifecycleObserver
    {
        /// <summary>Starts; a failure stops the start of later stages.</summary>
        Task OnStart(CancellationToken cancellationToken = default);

        /// <summary>Stops; failures are logged and the rest is stopped all the same.</summary>
        Task OnStop(CancellationToken cancellationToken = default);
    }

    /// <summary>A component that wants to take part in a lifecycle.</summary>
    /// <typeparam name="TLifecycleObservable">The lifecycle.</typeparam>
    public interface ILifecycleParticipant<TLifecycleObservable>
        where TLifecycleObservable : ILifecycleObservable
    {
        /// <summary>Subscribes to the stages that matter.</summary>
        void Participate(TLifecycleObservable lifecycle);
    }

    /// <summary>A lifecycle that can be started and stopped.</summary>
    public interface ILifecycleSubject : ILifecycleObservable, ILifecycleObserver
    {
    }

    /// <summary>Subscriptions by delegates.</summary>
    public static class LifecycleExtensions
    {
        /// <summary>Takes part in start and, if given, stop.</summary>
        public static IDisposable Subscribe(
            this ILifecycleObservable observable, string observerName, int stage, Func<CancellationToken, Task> onStart,
            Func<CancellationToken, Task>? onStop)
        {
            ArgumentNullException.ThrowIfNull(observable);
            ArgumentNullException.ThrowIfNull(onStart);
            return observable.Subscribe(observerName, stage, new DelegateObserver(onStart, onStop));
        }

        /// <summary>Takes part in start.</summary>
        public static IDisposable Subscribe(
            this ILifecycleObservable observable, string observerName, int stage, Func<CancellationToken, Task> onStart) =>
            observable.Subscribe(observerName, stage, onStart, null);

        /// <summary>Takes part under the name of a type.</summary>
        public static IDisposable Subscribe<TObserver>(this ILifecycleObservable observable, int stage, ILifecycleObserver observer) =>
            observable.Subscribe(typeof(TObserver).FullName!, stage, observer);

        /// <summary>Takes part in start and stop under the name of a type.</summary>
        public static IDisposable Subscribe<TObserver>(
            this ILifecycleObservable observable, int stage, Func<CancellationToken, Task> onStart, Func<CancellationToken, Task> onStop) =>
            observable.Subscribe(typeof(TObserver).FullName!, stage, onStart, onStop);

        /// <summary>Takes part in start under the name of a type.</summary>
        public static IDisposable Subscribe<TObserver>(
            this ILifecycleObservable observable, int stage, Func<CancellationToken, Task> onStart) =>
            observable.Subscribe(typeof(TObserver).FullName!, stage, onStart, null);

        /// <summary>Takes part under the name of the observer's type.</summary>
        public static IDisposable Subscribe(this ILifecycleObservable observable, int stage, ILifecycleObserver observer) =>
            observable.Subscribe(observer.GetType().FullName!, stage, observer);

        private sealed class DelegateObserver(Func<CancellationToken, Task> onStart, Func<CancellationToken, Task>? onStop)
            : ILifecycleObserver
        {
            public Task OnStart(CancellationToken cancellationToken) => onStart(cancellationToken);

            public Task OnStop(CancellationToken cancellationToken) => onStop?.Invoke(cancellationToken) ?? Task.CompletedTask;
        }
    }

    /// <summary>Stages of a silo.</summary>
    public static class ServiceLifecycleStage
    {
        /// <summary>Before all others.</summary>
        public const int First = int.MinValue;

        /// <summary>The runtime initializes.</summary>
        public const int RuntimeInitialize = 2000;

        /// <summary>Services of the runtime start.</summary>
        public const int RuntimeServices = 4000;

        /// <summary>Storage starts.</summary>
        public const int RuntimeStorageServices = 6000;

        /// <summary>Grain services of the runtime start.</summary>
        public const int RuntimeGrainServices = 8000;

        /// <summary>After grain services of the runtime.</summary>
        public const int AfterRuntimeGrainServices = 8100;

        /// <summary>Services of the application start.</summary>
        public const int ApplicationServices = 10000;

        /// <summary>Connections are checked.</summary>
        public const int ValidateInitialConnectivity = BecomeActive - 99;

        /// <summary>The directory of grains shuts down.</summary>
        public const int GrainDirectoryShutdown = BecomeActive - 2;

        /// <summary>On stop, activations are deactivated.</summary>
        public const int GrainDeactivation = BecomeActive - 1;

        /// <summary>The silo accepts requests.</summary>
        public const int BecomeActive = Active - 1;

        /// <summary>The silo is active.</summary>
        public const int Active = 20000;

        /// <summary>After all others.</summary>
        public const int Last = int.MaxValue;
    }
}

namespace Orleans.Runtime
{
    /// <summary>Stages of an activation.</summary>
    public static class GrainLifecycleStage
    {
        /// <summary>Before all others.</summary>
        public const int First = int.MinValue;

        /// <summary>State is loaded.</summary>
        public const int SetupState = 1000;

        /// <summary>The grain activates.</summary>
        public const int Activate = 2000;

        /// <summary>After all others.</summary>
        public const int Last = int.MaxValue;
    }

    /// <summary>The lifecycle of an activation.</summary>
    public interface IGrainLifecycle : ILifecycleObservable
    {
        /// <summary>Adds a component whose state moves with the activation.</summary>
        void AddMigrationParticipant(IGrainMigrationParticipant participant);

        /// <summary>Removes such a component.</summary>
        void RemoveMigrationParticipant(IGrainMigrationParticipant participant);
    }

    /// <summary>The lifecycle of a silo.</summary>
    public interface ISiloLifecycle : ILifecycleObservable
    {
        /// <summary>The last stage whose start is complete.</summary>
        int HighestCompletedStage { get; }

        /// <summary>The last stage whose stop is complete.</summary>
        int LowestStoppedStage { get; }
    }

    /// <summary>The lifecycle of a silo, for whoever runs it.</summary>
    public interface ISiloLifecycleSubject : ISiloLifecycle, ILifecycleObserver
    {
    }
}
