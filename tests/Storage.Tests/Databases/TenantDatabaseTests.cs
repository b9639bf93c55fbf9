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
    public async Task No_statement_is_compiled_however_high_the_planner_guesses(string pool)
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

        await using var command = source.CreateCommand("show jit");

        (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken)).ShouldBe("off");
    }
}
