using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Switchboard.Storage.Schema;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Schema;

public sealed class MigrationTests : IAsyncLifetime
{
    private static readonly Migration _first = Migration.Parse("0001_first.sql", "-- compatible: no\ncreate table first (n int);");
    private static readonly Migration _second = Migration.Parse("0002_second.sql", "-- compatible: yes\nalter table first add m int;");
    private static readonly Migration _breaking = Migration.Parse("0002_breaking.sql", "-- compatible: no\nalter table first rename n to k;");

    private TestDatabase _database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateEmptyAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Migrations_are_applied_once_and_recorded()
    {
        (await MigrateAsync(_first, _second)).ShouldBe(2);
        (await MigrateAsync(_first, _second)).ShouldBe(0);

        (await _database.ExecuteAsync("select string_agg(number || ' ' || name || ' ' || compatible, ', ' order by number) from schema_migration"))
            .ShouldBe("1 first false, 2 second true");
        (await _database.ExecuteAsync("select checksum from schema_migration where number = 1")).ShouldBe(_first.Checksum);
    }

    [Fact]
    public async Task Many_processes_that_start_at_once_apply_them_once()
    {
        var applied = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => MigrateAsync(_first, _second)));

        applied.Order().ShouldBe([0, 0, 0, 0, 2]);
    }

    [Fact]
    public async Task A_migration_that_was_changed_after_it_was_applied_stops_the_start()
    {
        await MigrateAsync(_first);
        var changed = Migration.Parse("0001_first.sql", _first.Sql + "-- harmless?");

        var error = await Should.ThrowAsync<MigrationException>(() => MigrateAsync(changed));

        error.Message.ShouldContain("Migration 1 'first'");
        error.Message.ShouldContain(_database.Name);
    }

    [Fact]
    public async Task Line_ends_do_not_change_a_migration()
    {
        await MigrateAsync(_first);

        (await MigrateAsync(Migration.Parse("0001_first.sql", _first.Sql.ReplaceLineEndings("\r\n")))).ShouldBe(0);
    }

    [Fact]
    public async Task An_older_binary_runs_on_with_a_newer_migration_that_is_compatible()
    {
        await MigrateAsync(_first, _second);

        (await MigrateAsync(_first)).ShouldBe(0);
    }

    [Fact]
    public async Task An_older_binary_refuses_a_newer_migration_that_is_not_compatible()
    {
        await MigrateAsync(_first, _breaking);

        var error = await Should.ThrowAsync<MigrationException>(() => MigrateAsync(_first));

        error.Message.ShouldContain("migration 2 'breaking'");
        error.Message.ShouldContain("Start the newer release");
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_behind()
    {
        var failing = Migration.Parse("0002_failing.sql", "-- compatible: yes\ncreate table half (n int);\nselect 1 / 0;");

        var error = await Should.ThrowAsync<MigrationException>(() => MigrateAsync(_first, failing));

        error.Message.ShouldContain("Migration 2 'failing'");
        error.Message.ShouldContain("division by zero");
        (await _database.ExecuteAsync("select to_regclass('half') is null")).ShouldBe(true);
        (await MigrateAsync(_first, _second)).ShouldBe(1);
    }

    [Fact]
    public async Task A_missing_database_is_made()
    {
        var name = $"made_{Guid.NewGuid():N}";
        var connectionString = _database.Server.ConnectionString(name);

        (await Migrator(_first).MigrateAsync(connectionString, Token)).ShouldBe(1);

        (await _database.Server.ExecuteAsync(name, "select count(*) from first")).ShouldBe(0L);
        await _database.Server.ExecuteAsync("postgres", $"drop database {name}");
    }

    [Fact]
    public async Task Who_may_not_make_a_database_is_told_what_to_do()
    {
        await _database.Server.ExecuteAsync("postgres", "do $$ begin create role powerless login; exception when duplicate_object then null; end $$");
        var connectionString = new NpgsqlConnectionStringBuilder(_database.Server.ConnectionString("not_there")) { Username = "powerless" }.ConnectionString;

        var error = await Should.ThrowAsync<MigrationException>(() => Migrator(_first).MigrateAsync(connectionString, Token));

        error.Message.ShouldContain("create database \"not_there\" owner \"powerless\"");
    }

    [Theory]
    [InlineData("1_short.sql", "-- compatible: yes")]
    [InlineData("0001_Upper.sql", "-- compatible: yes")]
    [InlineData("0001_fine.sql", "select 1")]
    [InlineData("0001_fine.sql", "-- compatible: maybe")]
    public void A_file_without_a_proper_name_or_header_is_refused(string name, string sql)
    {
        Should.Throw<FormatException>(() => Migration.Parse(name, sql));
    }

    [Fact]
    public async Task The_built_in_migrations_apply_to_an_empty_database()
    {
        var migrator = new DatabaseMigrator(Migration.BuiltIn, new FakeTimeProvider(), NullLogger<DatabaseMigrator>.Instance);

        (await migrator.MigrateAsync(_database.ConnectionString, Token)).ShouldBe(Migration.BuiltIn.Count);
    }

    private Task<int> MigrateAsync(params Migration[] migrations) => Migrator(migrations).MigrateAsync(_database.ConnectionString, Token);

    private static DatabaseMigrator Migrator(params Migration[] migrations) =>
        new(migrations, new FakeTimeProvider(), NullLogger<DatabaseMigrator>.Instance);
}
