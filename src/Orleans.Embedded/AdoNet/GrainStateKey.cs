using System.Text;
using Orleans.Runtime;

namespace Orleans.AdoNet;

/// <summary>
/// Where the state of one grain is in OrleansStorage. Both engines must compute the same values, or the one cannot find what the other
/// wrote. Microsoft Orleans looks at the text of the key, not at the kind of the grain: 32 hexadecimal digits are a Guid, up to 16 an
/// integer ("BEEF" and "beef" are the same row), what follows a '+' is an extension. The grain's type is no part of the key, only the
/// name of the state: two grain classes that use one state name and equal keys share a row, so state names are to be unique.
/// </summary>
internal readonly record struct GrainStateKey(int IdHash, long N0, long N1, int NameHash, string Name, string? Extension)
{
    private const int NameLength = 512;

    public static GrainStateKey Of(string stateName, GrainId id)
    {
        var nameHash = unchecked((int)StableHash.ComputeHash(Encoding.UTF8.GetBytes(stateName)));
        AdoNetTable.Fit(stateName, NameLength, "OrleansStorage.graintypestring");
        if (id.TryGetGuidKey(out var guid, out var extension))
        {
            var bytes = guid.ToByteArray();
            var (n0, n1) = (BitConverter.ToInt64(bytes, 0), BitConverter.ToInt64(bytes, 8));
            return new(Hash(bytes, extension), n0, n1, nameHash, stateName, Fit(extension));
        }

        if (id.TryGetIntegerKey(out var integer, out extension))
        {
            return new(Hash(BitConverter.GetBytes(integer), extension), 0, integer, nameHash, stateName, Fit(extension));
        }

        var text = id.Key.ToString()!;
        return new(Hash([], text), 0, 0, nameHash, stateName, Fit(text));
    }

    public override string ToString() => $"state \"{Name}\", key {N0:x}:{N1:x}{(Extension is null ? "" : "+" + Extension)}";

    private static string? Fit(string? extension) =>
        extension is null ? null : AdoNetTable.Fit(extension, NameLength, "OrleansStorage.grainidextensionstring");

    /// <summary>XXH32 of the key's bytes and the UTF-8 extension behind them, the whole reversed.</summary>
    private static int Hash(ReadOnlySpan<byte> key, string? extension)
    {
        var bytes = new byte[key.Length + (extension is null ? 0 : Encoding.UTF8.GetByteCount(extension))];
        key.CopyTo(bytes);
        if (extension is not null)
        {
            Encoding.UTF8.GetBytes(extension, bytes.AsSpan(key.Length));
        }

        Array.Reverse(bytes);
        return unchecked((int)StableHash.ComputeHash(bytes));
    }
}
