using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;

namespace Switchboard.Storage.Databases;

/// <summary>Reads columns into the contracts' types.</summary>
internal static class RowValues
{
    public static Guid? GuidOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    public static string? TextOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static int? NumberOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    public static DateTimeOffset Time(this NpgsqlDataReader row, int column) => new(row.GetDateTime(column), TimeSpan.Zero);

    public static DateTimeOffset? TimeOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);

    public static ImmutableArray<string> Texts(this NpgsqlDataReader row, int column) =>
        System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(row.GetFieldValue<string[]>(column));

    /// <summary>A JSON object of lists of texts.</summary>
    public static ImmutableSortedDictionary<string, ImmutableArray<string>> Attributes(this NpgsqlDataReader row, int column)
    {
        var json = row.GetFieldValue<byte[]>(column);
        return json is [(byte)'{', (byte)'}']
            ? ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty
            : JsonSerializer.Deserialize(json, RowJsonContext.Default.ImmutableSortedDictionaryStringImmutableArrayString)!;
    }

    /// <summary>A JSON object of texts.</summary>
    public static ImmutableSortedDictionary<string, string> Settings(this NpgsqlDataReader row, int column) =>
        JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(column), RowJsonContext.Default.ImmutableSortedDictionaryStringString)!;
}

/// <summary>The JSON of columns.</summary>
[JsonSerializable(typeof(ImmutableSortedDictionary<string, ImmutableArray<string>>))]
[JsonSerializable(typeof(ImmutableSortedDictionary<string, string>))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class RowJsonContext : JsonSerializerContext;
