using System.Text.RegularExpressions;
using Npgsql;

namespace Switchboard.Handlers.Rebuilding;

/// <summary>
/// Tables beside tables: made with the same columns, constraints and indexes, and put in their place under their names. What is not copied:
/// triggers, foreign keys, grants; a flavor's tables have none.
/// </summary>
internal static partial class TableSwitch
{
    /// <summary>What the names of the new tables end with.</summary>
    public const string Suffix = "__rebuild";

    /// <summary>Makes a new, empty table beside a live one, in place of one that an earlier rebuild has left.</summary>
    public static async Task PrepareAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, $"drop table if exists {table}{Suffix}", cancellationToken);
        await ExecuteAsync(connection, $"create table {table}{Suffix} (like {table} including all)", cancellationToken);
        await using var find = new NpgsqlCommand("select array_to_string(reloptions, ', ') from pg_class where oid = $1::regclass", connection);
        find.Parameters.Add(new NpgsqlParameter { Value = table });
        if (await find.ExecuteScalarAsync(cancellationToken) is string { Length: > 0 } options)
        {
            await ExecuteAsync(connection, $"alter table {table}{Suffix} set ({options})", cancellationToken);
        }
    }

    /// <summary>Puts a new table in the place of the live one, which is dropped. Later migrations find its indexes under their old names.</summary>
    public static async Task SwitchAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        var old = await IndexesAsync(connection, table, cancellationToken);
        var fresh = await IndexesAsync(connection, table + Suffix, cancellationToken);
        await ExecuteAsync(connection, $"drop table {table}", cancellationToken);
        await ExecuteAsync(connection, $"alter table {table}{Suffix} rename to {table}", cancellationToken);
        foreach (var (definition, name) in old)
        {
            if (fresh.Remove(definition, out var current))
            {
                await ExecuteAsync(connection, $"alter index {current} rename to {name}", cancellationToken);
            }
        }
    }

    /// <summary>The names of a table's indexes by what they are over.</summary>
    private static async Task<Dictionary<string, string>> IndexesAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_get_indexdef(indexrelid), indexrelid::regclass::text from pg_index where indrelid = $1::regclass", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = table });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var indexes = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            indexes[Names().Replace(reader.GetString(0), "INDEX ON ", 1)] = reader.GetString(1);
        }

        return indexes;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [GeneratedRegex(@"INDEX \S+ ON (ONLY )?\S+ ")]
    private static partial Regex Names();
}
