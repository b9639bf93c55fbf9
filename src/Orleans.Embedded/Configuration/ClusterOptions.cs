namespace Orleans.Configuration;

/// <summary>Which cluster a silo belongs to, and whose data it works on.</summary>
public class ClusterOptions
{
    /// <summary>The cluster's name unless set.</summary>
    public const string DefaultClusterId = "default";

    /// <summary>The service's name unless set.</summary>
    public const string DefaultServiceId = "default";

    /// <summary>Name of the cluster: another one for every deployment beside the first.</summary>
    public string ClusterId { get; set; } = DefaultClusterId;

    /// <summary>Name of the service: the owner of grain state and reminders. It stays the same for the life of the data.</summary>
    public string ServiceId { get; set; } = DefaultServiceId;
}
