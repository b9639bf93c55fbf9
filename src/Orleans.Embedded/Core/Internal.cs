using Orleans.Runtime;

namespace Orleans.Core.Internal;

/// <summary>An activation that knows the call chains that may re-enter it.</summary>
public interface ICallChainReentrantGrainContext
{
    /// <summary>Lets a call chain in.</summary>
    void OnEnterReentrantSection(Guid reentrancyId);

    /// <summary>Stops letting it in.</summary>
    void OnExitReentrantSection(Guid reentrancyId);
}

/// <summary>Management of one grain: every grain has this extension.</summary>
public interface IGrainManagementExtension : IGrainExtension
{
    /// <summary>Deactivates the grain after its running requests.</summary>
    ValueTask DeactivateOnIdle();

    /// <summary>Asks it to move elsewhere; in a single process it deactivates.</summary>
    ValueTask MigrateOnIdle();
}
