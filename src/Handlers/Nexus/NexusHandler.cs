using Switchboard.Events;
using Switchboard.Grains.CaseStreams;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.Nexus;

/// <summary>
/// Tells this process's connected clients that something has happened. They are told what from the log, in its order: a delivery that is
/// repeated, late or made in another process costs nobody an event.
/// </summary>
public sealed class NexusHandler(CaseEventSignal signal) : OutsideHandler
{
    /// <summary>The flavor's name and policy.</summary>
    public static Flavor Definition { get; } = new("nexus");

    /// <inheritdoc/>
    public override Flavor Flavor => Definition;

    /// <inheritdoc/>
    public override bool IsRepeatable => true;

    /// <inheritdoc/>
    public override bool Wants(EventRecord record) =>
        record.StreamType == "case" && record.Tenant == TenantDatabases.CaseManagementTenant;

    /// <inheritdoc/>
    public override ValueTask HandleAsync(HandledEvent handled, CancellationToken cancellationToken)
    {
        signal.Raise();
        return ValueTask.CompletedTask;
    }
}
