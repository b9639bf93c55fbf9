namespace Switchboard.Gateway.CaseApi.Answers;

/// <summary>Few values by names in UTF-8: names of one length are compared one after another, which are a handful at most.</summary>
internal sealed class NameTable<T>
{
    private readonly (byte[] Name, T Value)[][] _byLength;

    public NameTable(IEnumerable<(string Name, T Value)> entries)
    {
        var all = entries.Select(static one => (Name: System.Text.Encoding.UTF8.GetBytes(one.Name), one.Value)).ToLookup(static one => one.Name.Length);
        _byLength = [.. Enumerable.Range(0, all.Count == 0 ? 0 : all.Max(static group => group.Key) + 1).Select(length => all[length].ToArray())];
    }

    /// <summary>The value of a name, or the type's default.</summary>
    public T? Find(ReadOnlySpan<byte> name)
    {
        if (name.Length < _byLength.Length)
        {
            foreach (var (known, value) in _byLength[name.Length])
            {
                if (name.SequenceEqual(known))
                {
                    return value;
                }
            }
        }

        return default;
    }
}
