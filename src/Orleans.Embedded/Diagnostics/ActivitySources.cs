using System.Diagnostics;

namespace Orleans.Diagnostics
{
    /// <summary>Names of the activity sources of the runtime.</summary>
    public static class ActivitySources
    {
        /// <summary>Calls of application grains.</summary>
        public const string ApplicationGrainActivitySourceName = "Microsoft.Orleans.Application";

        /// <summary>Calls of the runtime's own grains.</summary>
        public const string RuntimeActivitySourceName = "Microsoft.Orleans.Runtime";

        /// <summary>Activation and deactivation.</summary>
        public const string LifecycleActivitySourceName = "Microsoft.Orleans.Lifecycle";

        /// <summary>Storage operations.</summary>
        public const string StorageActivitySourceName = "Microsoft.Orleans.Storage";

        /// <summary>All sources.</summary>
        public const string AllActivitySourceName = "Microsoft.Orleans.*";
    }
}

namespace Orleans.Runtime
{
    /// <summary>Names of activities of the runtime.</summary>
    public static class ActivityNames
    {
        /// <summary>A grain is activated.</summary>
        public const string ActivateGrain = "activate grain";

        /// <summary>A grain is deactivated.</summary>
        public const string DeactivateGrain = "deactivate grain";

        /// <summary>OnActivateAsync runs.</summary>
        public const string OnActivate = "execute OnActivateAsync";

        /// <summary>OnDeactivateAsync runs.</summary>
        public const string OnDeactivate = "execute OnDeactivateAsync";

        /// <summary>State is read.</summary>
        public const string StorageRead = "read storage";

        /// <summary>State is written.</summary>
        public const string StorageWrite = "write storage";

        /// <summary>State is cleared.</summary>
        public const string StorageClear = "clear storage";
    }

    internal static class ActivitySourcesOf
    {
        internal static readonly ActivitySource Application = new(Diagnostics.ActivitySources.ApplicationGrainActivitySourceName, "1.2.0");
        internal static readonly ActivitySource Runtime = new(Diagnostics.ActivitySources.RuntimeActivitySourceName, "2.1.0");
        internal static readonly ActivitySource Lifecycle = new(Diagnostics.ActivitySources.LifecycleActivitySourceName, "1.1.0");
        internal static readonly ActivitySource Storage = new(Diagnostics.ActivitySources.StorageActivitySourceName, "1.1.0");

        internal static bool AnyListener => Application.HasListeners() || Runtime.HasListeners() || Lifecycle.HasListeners();
    }

    /// <summary>A span around activation or deactivation.</summary>
    internal sealed class LifecycleSpan : IDisposable
    {
        private readonly Activity? _activity;

        private LifecycleSpan(Activity? activity, Activation activation)
        {
            _activity = activity;
            _activity?.SetTag("orleans.grain.id", activation.GrainId.ToString());
            _activity?.SetTag("orleans.grain.type", activation.Type.GrainType.ToString());
            _activity?.SetTag("orleans.silo.id", activation.Silo.Details.SiloAddress.ToString());
        }

        public void Dispose() => _activity?.Dispose();

        internal static LifecycleSpan Activation(Activation activation) =>
            new(ActivitySourcesOf.Lifecycle.StartActivity(ActivityNames.ActivateGrain), activation);

        internal static LifecycleSpan Deactivation(Activation activation, DeactivationReason reason)
        {
            var span = new LifecycleSpan(ActivitySourcesOf.Lifecycle.StartActivity(ActivityNames.DeactivateGrain), activation);
            span._activity?.SetTag("orleans.deactivation.reason", reason.ToString());
            return span;
        }

        internal void Fail(Exception exception) => _activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
    }
}
