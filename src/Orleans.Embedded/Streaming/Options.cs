using Orleans.Streams;

namespace Orleans.Configuration
{
    /// <summary>How the agents of a provider read and deliver.</summary>
    public class StreamPullingAgentOptions
    {
        /// <summary>One batch at a time.</summary>
        public static readonly int DEFAULT_BATCH_CONTAINER_BATCH_SIZE = 1;

        /// <summary>100 ms.</summary>
        public static readonly TimeSpan DEFAULT_GET_QUEUE_MESSAGES_TIMER_PERIOD = TimeSpan.FromMilliseconds(100);

        /// <summary>5 s.</summary>
        public static readonly TimeSpan DEFAULT_INIT_QUEUE_TIMEOUT = TimeSpan.FromSeconds(5);

        /// <summary>One minute.</summary>
        public static readonly TimeSpan DEFAULT_MAX_EVENT_DELIVERY_TIME = TimeSpan.FromMinutes(1);

        /// <summary>30 minutes.</summary>
        public static readonly TimeSpan DEFAULT_STREAM_INACTIVITY_PERIOD = TimeSpan.FromMinutes(30);

        /// <summary>How many batches of a stream are delivered together at most.</summary>
        public int BatchContainerBatchSize { get; set; } = DEFAULT_BATCH_CONTAINER_BATCH_SIZE;

        /// <summary>How long an agent waits before it looks again into a queue that was empty, or under pressure.</summary>
        public TimeSpan GetQueueMsgsTimerPeriod { get; set; } = DEFAULT_GET_QUEUE_MESSAGES_TIMER_PERIOD;

        /// <summary>How long a reader may take to begin and to end.</summary>
        public TimeSpan InitQueueTimeout { get; set; } = DEFAULT_INIT_QUEUE_TIMEOUT;

        /// <summary>How long the delivery of an event is tried before it is given up; zero or infinite: never.</summary>
        public TimeSpan MaxEventDeliveryTime { get; set; } = DEFAULT_MAX_EVENT_DELIVERY_TIME;

        /// <summary>After how long without events a stream and its subscriptions are forgotten until the next event.</summary>
        public TimeSpan StreamInactivityPeriod { get; set; } = DEFAULT_STREAM_INACTIVITY_PERIOD;
    }

    /// <summary>Which subscriptions a provider knows.</summary>
    public class StreamPubSubOptions
    {
        /// <summary>All kinds.</summary>
        public const StreamPubSubType DEFAULT_STREAM_PUBSUB_TYPE = StreamPubSubType.ExplicitGrainBasedAndImplicit;

        /// <summary>The kinds of subscriptions.</summary>
        public StreamPubSubType PubSubType { get; set; } = DEFAULT_STREAM_PUBSUB_TYPE;
    }

    /// <summary>When a provider begins.</summary>
    public class StreamLifecycleOptions
    {
        /// <summary>With the services of the application.</summary>
        public const int DEFAULT_INIT_STAGE = ServiceLifecycleStage.ApplicationServices;

        /// <summary>When the silo is active.</summary>
        public const int DEFAULT_START_STAGE = ServiceLifecycleStage.Active;

        /// <summary>Agents run.</summary>
        public const RunState DEFAULT_STARTUP_STATE = RunState.AgentsStarted;

        /// <summary>States of a provider.</summary>
        public enum RunState
        {
            /// <summary>Nothing has begun.</summary>
            None = 0,

            /// <summary>It is connected.</summary>
            Initialized = 1,

            /// <summary>Agents run.</summary>
            AgentsStarted = 2,

            /// <summary>Agents stand still.</summary>
            AgentsStopped = 3,
        }

        /// <summary>The state after the start.</summary>
        public RunState StartupState { get; set; } = DEFAULT_STARTUP_STATE;

        /// <summary>The stage at which the provider connects.</summary>
        public int InitStage { get; set; } = DEFAULT_INIT_STAGE;

        /// <summary>The stage at which its agents begin.</summary>
        public int StartStage { get; set; } = DEFAULT_START_STAGE;
    }

    /// <summary>How streams are spread over queues.</summary>
    public class HashRingStreamQueueMapperOptions
    {
        /// <summary>Eight queues.</summary>
        public const int DEFAULT_NUM_QUEUES = 8;

        /// <summary>The number of queues.</summary>
        public int TotalQueueCount { get; set; } = DEFAULT_NUM_QUEUES;
    }

    /// <summary>How much a simple cache holds.</summary>
    public class SimpleQueueCacheOptions
    {
        /// <summary>4096 batches.</summary>
        public const int DEFAULT_CACHE_SIZE = 4096;

        /// <summary>The number of batches.</summary>
        public int CacheSize { get; set; } = DEFAULT_CACHE_SIZE;
    }
}

namespace Orleans.Streams
{
    /// <summary>Kinds of subscriptions.</summary>
    public enum StreamPubSubType
    {
        /// <summary>Those made by grains, and those declared on grain classes.</summary>
        ExplicitGrainBasedAndImplicit = 0,

        /// <summary>Those made by grains.</summary>
        ExplicitGrainBasedOnly = 1,

        /// <summary>Those declared on grain classes; no storage is needed.</summary>
        ImplicitOnly = 2,
    }
}

namespace Orleans.Providers.Streams.Common
{
    /// <summary>Commands to a provider, sent with <c>IManagementGrain.SendControlCommandToProvider</c>.</summary>
    public enum PersistentStreamProviderCommand
    {
        /// <summary>Nothing.</summary>
        None = 0,

        /// <summary>Starts the agents.</summary>
        StartAgents = 1,

        /// <summary>Stops the agents.</summary>
        StopAgents = 2,

        /// <summary>Asks for the state of the agents.</summary>
        GetAgentsState = 3,

        /// <summary>Asks for the number of running agents.</summary>
        GetNumberRunningAgents = 4,

        /// <summary>Commands from here on are the adapter's.</summary>
        AdapterCommandStartRange = 10000,

        /// <summary>The last command of the adapter.</summary>
        AdapterCommandEndRange = AdapterCommandStartRange + 9999,

        /// <summary>Commands from here on are the adapter factory's.</summary>
        AdapterFactoryCommandStartRange = AdapterCommandEndRange + 1,

        /// <summary>The last command of the adapter factory.</summary>
        AdapterFactoryCommandEndRange = AdapterFactoryCommandStartRange + 9999,
    }
}
