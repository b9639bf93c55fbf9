using Switchboard.Grains.Deliveries;
using Switchboard.Grains.Files;
using Switchboard.Grains.Speech.Callbacks;

namespace Switchboard.Gateway.Speech.Callbacks;

/// <summary>What callbacks are kept with. A process that lacks any of it takes none.</summary>
internal sealed class CallbackParts(ICallbackJobs? jobs = null, IBlobStore? files = null, SecretBox? box = null)
{
    /// <summary>Whether all of it is there.</summary>
    public bool AreThere => jobs is not null && files is not null && box is { HasKey: true };

    /// <summary>The rows.</summary>
    public ICallbackJobs Jobs => jobs ?? throw new InvalidOperationException("No callbacks are kept here.");

    /// <summary>Where audio waits.</summary>
    public IBlobStore Files => files ?? throw new InvalidOperationException("No files are kept here.");

    /// <summary>What seals addresses and secrets.</summary>
    public SecretBox Box => box ?? throw new InvalidOperationException("There is no key to seal with.");
}
