namespace Switchboard.Gateway.Grpc.Health;

/// <summary>The full names of the services that are served; known once they are mapped.</summary>
internal sealed class ServedNames
{
    private volatile HashSet<string> _names = [];

    /// <summary>Whether there is a service of this name. The empty name stands for the whole server.</summary>
    public bool Knows(string name) => name.Length == 0 || _names.Contains(name);

    public void Are(IEnumerable<string> names) => _names = names.ToHashSet(StringComparer.Ordinal);
}
