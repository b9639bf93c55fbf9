using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Schema;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Databases;

public sealed class StartupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_databases_of_both_tenants_are_made_and_migrated_at_start()
    {
        var server = await TestServer.SharedAsync();
        var name = $"start_{Guid.NewGuid():N}";
        using (var host = Host(
            ("Databases:CaseManagement:Primary", server.ConnectionString(name + "_cases")),
            ("Databases:OnCall:Primary", server.ConnectionString(name + "_oncall"))))
        {
            await host.StartAsync(Token);
            await host.StopAsync(Token);
        }

        foreach (var database in new[] { name + "_cases", name + "_oncall" })
        {
            (await server.ExecuteAsync(database, "select count(*) from schema_migration")).ShouldBe((long)Migration.BuiltIn.Count);
            await server.ExecuteAsync("postgres", $"drop database {database} with (force)");
        }
    }

    [Fact]
    public async Task A_datacenter_without_on_call_starts()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var host = Host(("Databases:CaseManagement:Primary", database.ConnectionString));

        await host.StartAsync(Token);

        host.Services.GetRequiredService<TenantDatabases>().All.Select(one => one.Tenant).ShouldBe(["case-management"]);
        await host.StopAsync(Token);
    }

    [Theory]
    [InlineData("Databases:CaseManagement:Primary", "", "Databases:CaseManagement:Primary is not set")]
    [InlineData("Databases:CaseManagement:Primary", "Host=x", "must name at least Host and Database")]
    [InlineData("Databases:CaseManagement:Primary", "Hots=x;Database=y", "Databases:CaseManagement:Primary is not a connection string")]
    [InlineData("Databases:CaseManagement:Replica", "nonsense", "Databases:CaseManagement:Replica is not a connection string")]
    [InlineData("Databases:OnCall:Replica", "Host=x;Database=y", "Databases:OnCall:Primary is not set")]
    [InlineData("Storage:AppendConnections", "0", "Storage:AppendConnections is 0")]
    [InlineData("Storage:AppendBatch", "5000", "Storage:AppendBatch is 5000")]
    [InlineData("Storage:AppendQueue", "1", "Storage:AppendQueue is 1")]
    [InlineData("Storage:AppendTimeout", "00:00:00", "Storage:AppendTimeout is 00:00:00")]
    [InlineData("Storage:IdempotencyRetention", "23:00:00", "Storage:IdempotencyRetention is 23:00:00")]
    public async Task A_setting_that_cannot_work_stops_the_start_and_is_named(string key, string value, string message)
    {
        var settings = new Dictionary<string, string> { ["Databases:CaseManagement:Primary"] = "Host=/nowhere;Database=x" };
        settings[key] = value;
        using var host = Host([.. settings.Select(pair => (pair.Key, pair.Value))]);

        var error = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(Token));

        error.Message.ShouldContain(message);
    }

    [Fact]
    public async Task A_password_is_not_part_of_the_message()
    {
        using var host = Host(("Databases:CaseManagement:Primary", "Host=x;Database=y;Password=hunter2;Tiemout=3"));

        var error = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(Token));

        error.Message.ShouldNotContain("hunter2");
    }

    private static IHost Host(params (string Key, string Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value));
        builder.Services.AddSwitchboardStorage(builder.Configuration);
        return builder.Build();
    }
}
