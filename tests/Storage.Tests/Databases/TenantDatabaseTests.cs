using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Switchboard.Storage.Databases;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Databases;

public sealed class TenantDatabaseTests
{
    [Theory]
    [InlineData(nameof(TenantDatabase.Primary))]
    [InlineData(nameof(TenantDatabase.Writer))]
    [InlineData(nameof(TenantDatabase.Numbers))]
    [InlineData(nameof(TenantDatabase.Effects))]
    public async Task No_statement_is_compiled_or_without_limit_however_often_its_connection_was_used(string pool)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var storage = TestStorage.Connect(database);
        var tenant = storage.Services.GetRequiredService<TenantDatabases>().All.First();
        NpgsqlDataSource source = pool switch
        {
            nameof(TenantDatabase.Primary) => tenant.Primary,
            nameof(TenantDatabase.Writer) => tenant.Writer,
            nameof(TenantDatabase.Numbers) => tenant.Numbers,
            _ => tenant.Effects,
        };

        // The second time on a connection that was given back and reset.
        for (var use = 0; use < 2; use++)
        {
            await using var command = source.CreateCommand("select current_setting('jit') || ' ' || current_setting('statement_timeout')");
            (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken)).ShouldBe("off 4s");
        }
    }
}
