namespace Orleans.Runtime;

/// <summary>Part of the ring of hashes.</summary>
public interface IRingRange
{
    /// <summary>Whether a place belongs to it.</summary>
    bool InRange(uint value);

    /// <summary>Whether a grain belongs to it.</summary>
    sealed bool InRange(GrainId grainId) => InRange(grainId.GetUniformHashCode());
}

/// <summary>The whole ring: a single silo owns all of it.</summary>
internal sealed class FullRange : IRingRange
{
    internal static readonly FullRange Instance = new();

    public bool InRange(uint value) => true;
}
