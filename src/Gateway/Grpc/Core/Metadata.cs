using System.Collections;
using System.Text;

namespace Grpc.Core;

/// <summary>Metadata of a call in order; names are lower case, and a name that ends with <c>-bin</c> has bytes as its value.</summary>
internal sealed class Metadata : IEnumerable<Metadata.Entry>
{
    public const string BinaryHeaderSuffix = "-bin";

    private readonly List<Entry> _entries = [];

    public int Count => _entries.Count;

    public Entry this[int index] => _entries[index];

    public void Add(Entry entry) => _entries.Add(entry);

    public void Add(string key, string value) => Add(new Entry(key, value));

    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    /// <summary>The last entry of a name, or null.</summary>
    public Entry? Get(string key) => _entries.FindLast(entry => entry.Key.Equals(key, StringComparison.OrdinalIgnoreCase));

    /// <summary>The text of the last entry of a name, or null.</summary>
    public string? GetValue(string key) => Get(key)?.Value;

    /// <summary>The bytes of the last entry of a name, or null.</summary>
    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    public List<Entry>.Enumerator GetEnumerator() => _entries.GetEnumerator();

    IEnumerator<Entry> IEnumerable<Entry>.GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _entries.GetEnumerator();

    /// <summary>One name with one value.</summary>
    internal sealed class Entry
    {
        private readonly string? _text;
        private readonly byte[]? _bytes;

        public Entry(string key, string value)
        {
            Key = NameOf(key);
            if (IsBinary)
            {
                throw new ArgumentException($"The metadata '{key}' has bytes as its value, since its name ends with {BinaryHeaderSuffix}.", nameof(key));
            }

            _text = value;
        }

        public Entry(string key, byte[] valueBytes)
        {
            Key = NameOf(key);
            if (!IsBinary)
            {
                throw new ArgumentException($"The metadata '{key}' has text as its value; bytes need a name with {BinaryHeaderSuffix} at its end.", nameof(key));
            }

            _bytes = valueBytes;
        }

        public string Key { get; }

        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        /// <summary>The text.</summary>
        /// <exception cref="InvalidOperationException">The value is bytes.</exception>
        public string Value => _text ?? throw new InvalidOperationException($"The metadata '{Key}' has bytes as its value.");

        public byte[] ValueBytes => _bytes ?? Encoding.ASCII.GetBytes(_text!);

        private static string NameOf(string key)
        {
            var name = key.ToLowerInvariant();
            foreach (var character in name)
            {
                if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.'))
                {
                    throw new ArgumentException($"'{key}' is no name of metadata: letters, digits, '-', '_' and '.' are.", nameof(key));
                }
            }

            return name.Length > 0 ? name : throw new ArgumentException("Metadata needs a name.", nameof(key));
        }
    }
}
