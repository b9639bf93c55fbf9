using System.Globalization;
using System.Text;
using Npgsql;

namespace Switchboard.Silo.Metrics;

/// <summary>The tags of a measurement as a dictionary key.</summary>
internal readonly struct TagSet(KeyValuePair<string, object?>[] tags)
{
    private const string PoolName = "db.client.connection.pool.name";

    private readonly KeyValuePair<string, object?>[] _tags = tags;

    /// <summary>The tags in the order in which they were given.</summary>
    public ReadOnlySpan<KeyValuePair<string, object?>> Tags => _tags;

    /// <summary>The tags as <c>a="1",b="2"</c>, ordered by name, escaped; empty when there are none.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            labels[MetricName.Sanitize(key)] = Text(key, value);
        }

        var text = new StringBuilder();
        foreach (var (name, value) in labels)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(name).Append("=\"");
            foreach (var c in value)
            {
                _ = c switch
                {
                    '\\' => text.Append(@"\\"),
                    '"' => text.Append("\\\""),
                    '\n' => text.Append("\\n"),
                    _ => text.Append(c),
                };
            }

            text.Append('"');
        }

        return text.ToString();
    }

    private static string Text(string key, object? value)
    {
        var text = value is bool flag ? (flag ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        if (key != PoolName || !text.Contains('=', StringComparison.Ordinal))
        {
            return text;
        }

        // The driver names a pool by its connection string. Hosts and users do not belong on a page that is shown without a key.
        var connection = new NpgsqlConnectionStringBuilder(text);
        return $"{connection.Database}/{connection.ApplicationName ?? "other"}";
    }

    /// <summary>Compares tags, and finds them by a span so that a measurement of a known series allocates nothing.</summary>
    internal sealed class Comparer
        : IEqualityComparer<TagSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, TagSet>
    {
        /// <summary>The only one.</summary>
        public static Comparer Instance { get; } = new();

        public bool Equals(TagSet x, TagSet y) => Equals(x.Tags, y);

        public int GetHashCode(TagSet obj) => GetHashCode(obj.Tags);

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, TagSet other)
        {
            var tags = other.Tags;
            if (alternate.Length != tags.Length)
            {
                return false;
            }

            for (var i = 0; i < tags.Length; i++)
            {
                if (!string.Equals(alternate[i].Key, tags[i].Key, StringComparison.Ordinal) || !Equals(alternate[i].Value, tags[i].Value))
                {
                    return false;
                }
            }

            return true;
        }

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            var hash = new HashCode();
            foreach (var (key, value) in alternate)
            {
                hash.Add(key.Length);
                hash.Add(value);
            }

            return hash.ToHashCode();
        }

        public TagSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate.ToArray());
    }
}
