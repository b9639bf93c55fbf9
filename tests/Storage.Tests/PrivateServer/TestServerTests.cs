using System.Globalization;
using Npgsql;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.PrivateServer;

public sealed class TestServerTests
{
    [Fact]
    public async Task A_database_of_ones_own_is_migrated_and_apart_from_others()
    {
        await using var first = await TestDatabase.CreateAsync();
        await using var second = await TestDatabase.CreateAsync();

        await first.ExecuteAsync("update store_epoch set epoch = 7");

        (await first.ExecuteAsync("select epoch from store_epoch")).ShouldBe(7L);
        (await second.ExecuteAsync("select epoch from store_epoch")).ShouldBe(1L);
    }

    [Fact]
    public async Task A_server_that_was_stopped_keeps_what_was_committed()
    {
        await using var server = await TestServer.StartAsync();
        await server.ExecuteAsync("postgres", "create table kept (n int); insert into kept values (1)");

        await server.StopAsync(immediate: true);
        await Should.ThrowAsync<NpgsqlException>(() => server.ExecuteAsync("postgres", "select 1"));
        await server.StartAgainAsync();

        (await server.ExecuteAsync("postgres", "select n from kept")).ShouldBe(1);
    }

    [Theory]
    [InlineData(CutPoint.BeforeCommit, 0L)]
    [InlineData(CutPoint.AfterCommit, 1L)]
    public async Task A_cut_around_the_commit_leaves_what_it_says(CutPoint point, long rows)
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await database.ExecuteAsync("create table cut (n int)");
        await using var proxy = PostgresProxy.Start(database.Server);
        await using var connection = new NpgsqlConnection(proxy.ConnectionString(database.Name) + ";Application Name=cut-me;Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("insert into cut values ($1)", connection) { Parameters = { new() { Value = 1 } } };

        proxy.CutNext(point, "cut-me");
        await Should.ThrowAsync<NpgsqlException>(() => command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));

        // The server may still be about to notice the end of the connection.
        await database.ExecuteAsync("begin; lock table cut in access exclusive mode; commit");
        Convert.ToInt64(await database.ExecuteAsync("select count(*) from cut"), CultureInfo.InvariantCulture).ShouldBe(rows);
        proxy.CutsMade.ShouldBe(1);
    }
}
