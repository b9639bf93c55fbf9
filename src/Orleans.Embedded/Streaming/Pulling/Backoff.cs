using Orleans.Internal;

namespace Orleans.Internal
{
    /// <summary>Says how long to wait before the next attempt.</summary>
    public interface IBackoffProvider
    {
        /// <summary>The pause after an attempt; the first has the number 0.</summary>
        TimeSpan Next(int attempt);
    }

    /// <summary>Always the same pause.</summary>
    public class FixedBackoff(TimeSpan delay) : IBackoffProvider
    {
        /// <inheritdoc/>
        public TimeSpan Next(int attempt) => delay;
    }
}

namespace Orleans.Runtime.Providers
{
    /// <summary>Says how long an agent waits before it delivers again. Register one by <c>ConfigureBackoffProvider</c>.</summary>
    public interface IMessageDeliveryBackoffProvider : IBackoffProvider;

    /// <summary>Says how long an agent waits before it reads again after a failure. Register one by <c>ConfigureBackoffProvider</c>.</summary>
    public interface IQueueReaderBackoffProvider : IBackoffProvider;
}

namespace Orleans.Streams
{
    /// <summary>A random pause whose upper limit doubles; the defaults are those of Microsoft Orleans.</summary>
    internal sealed class Backoff(TimeSpan shortest, TimeSpan longest, TimeSpan step) : IBackoffProvider
    {
        internal static readonly Backoff ForDelivery = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1));

        internal static readonly Backoff ForReading = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1));

        public TimeSpan Next(int attempt)
        {
            var limit = Math.Min((shortest + (step * (1L << Math.Min(attempt, 30)))).TotalSeconds, longest.TotalSeconds);
            return TimeSpan.FromSeconds(shortest.TotalSeconds + (Random.Shared.NextDouble() * (limit - shortest.TotalSeconds)));
        }
    }
}
