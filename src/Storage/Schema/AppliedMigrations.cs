using Npgsql;

namespace Switchboard.Storage.Schema;

/// <summary>The database's own record of its schema's history.</summary>
internal static class AppliedMigrations
{
    /// <summary>One line of the record.</summary>
    internal sealed record Entry(int Number, string Name, string Checksum, bool Compatible);

    /// <summary>Makes the record's table; the only part of the schema outside the migrations.</summary>
    public const string CreateTable =
        """
        create table if not exists schema_migration (
            number     integer     primary key,
            name       text        not null,
            checksum   text        not null,
            compatible boolean     not null,
            applied_at timestamptz not null
        )
        """;

    /// <summary>The whole record.</summary>
    public static async Task<SortedDictionary<int, Entry>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var entries = new SortedDictionary<int, Entry>();
        await using var command = new NpgsqlCommand("select number, name, checksum, compatible from schema_migration", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var entry = new Entry(reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3));
            entries.Add(entry.Number, entry);
        }

        return entries;
    }

    /// <summary>Adds a line, in the migration's transaction.</summary>
    public static async Task RecordAsync(NpgsqlConnection connection, Migration migration, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "insert into schema_migration (number, name, checksum, compatible, applied_at) values ($1, $2, $3, $4, $5)", connection)
        {
            Parameters =
            {
                new() { Value = migration.Number },
                new() { Value = migration.Name },
                new() { Value = migration.Checksum },
                new() { Value = migration.Compatible },
                new() { Value = at.UtcDateTime },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Refuses a history that is not ours, and a database that is too new for us.</summary>
    public static void EnsureFits(string database, IReadOnlyList<Migration> known, IReadOnlyDictionary<int, Entry> applied)
    {
        foreach (var entry in applied.Values)
        {
            var ours = known.FirstOrDefault(migration => migration.Number == entry.Number);
            if (ours is not null && ours.Checksum != entry.Checksum)
            {
                throw new MigrationException(
                    $"Migration {entry.Number} '{ours.Name}' is not the one that was applied to database '{database}' "
                    + $"(checksum {ours.Checksum[..12]}, applied was {entry.Checksum[..12]}). A released migration never changes: "
                    + "put the original file back and make the change a new migration. A development database can be thrown away instead.");
            }

            if (ours is null && !entry.Compatible)
            {
                throw new MigrationException(
                    $"Database '{database}' has migration {entry.Number} '{entry.Name}' of a newer release, which says that older binaries such as "
                    + $"this one (newest known: {known.Max(migration => migration.Number)}) may not work with it. Start the newer release.");
            }
        }
    }
}
