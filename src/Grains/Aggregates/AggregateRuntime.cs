using Microsoft.Extensions.Logging;
using Switchboard.Grains.EventStore;

namespace Switchboard.Grains.Aggregates;

/// <summary>What every aggregate's grain needs.</summary>
/// <param name="Events">The log.</param>
/// <param name="Clock">The time.</param>
/// <param name="Log">Where faults are told.</param>
internal sealed record AggregateRuntime(IEventStore Events, TimeProvider Clock, ILogger<AggregateRuntime> Log);
