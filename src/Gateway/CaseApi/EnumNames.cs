using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text;
using Google.Protobuf.Reflection;
using Switchboard.Gateway.CaseApi.Answers;

namespace Switchboard.Gateway.CaseApi;

/// <summary>An enum's values by the words that the API uses: <c>PRIORITY_P1</c> is <c>P1</c>.</summary>
internal sealed class EnumNames
{
    private static readonly ConcurrentDictionary<EnumDescriptor, EnumNames> Known = new();

    private readonly FrozenDictionary<int, string> _names;

    private EnumNames(EnumDescriptor type)
    {
        var prefix = PrefixOf(type.Name);
        Numbers = new(type.Values.Select(value => (value.Name[prefix.Length..], value.Number)));
        _names = type.Values.ToFrozenDictionary(value => value.Number, value => value.Name[prefix.Length..]);
    }

    public static EnumNames Of(EnumDescriptor type) => Known.GetOrAdd(type, static one => new EnumNames(one));

    /// <summary>The numbers of the words; 0, which stands for not said, for what is none of them.</summary>
    public NameTable<int> Numbers { get; }

    /// <summary>The word of a number; the number itself when a newer client sent one that is not known here.</summary>
    public string NameOf(int number) =>
        _names.GetValueOrDefault(number) ?? number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string PrefixOf(string name)
    {
        var prefix = new StringBuilder(name.Length + 4);
        foreach (var character in name)
        {
            if (char.IsAsciiLetterUpper(character) && prefix.Length > 0)
            {
                prefix.Append('_');
            }

            prefix.Append(char.ToUpperInvariant(character));
        }

        return prefix.Append('_').ToString();
    }
}
