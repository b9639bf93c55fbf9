namespace Orleans.Streams;

/// <summary>The older form of a stream's identity.</summary>
public interface IStreamIdentity
{
    /// <summary>The key.</summary>
    Guid Guid { get; }

    /// <summary>The namespace.</summary>
    string? Namespace { get; }
}

/// <summary>The older form of a stream's identity.</summary>
[GenerateSerializer]
[Immutable]
public sealed class StreamIdentity(Guid streamGuid, string? streamNamespace) : IStreamIdentity
{
    /// <inheritdoc/>
    [Id(0)]
    public Guid Guid { get; } = streamGuid;

    /// <inheritdoc/>
    [Id(1)]
    public string? Namespace { get; } = streamNamespace;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StreamIdentity other && Guid == other.Guid && Namespace == other.Namespace;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Guid, Namespace);
}
