using Newtonsoft.Json;
using Orleans.Configuration;
using Orleans.Embedded.Tests.AdoNet;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.TestingHost;
using Switchboard.Testing.Postgres;

namespace Orleans.Embedded.Tests.Internals;

/// <summary>Where the embedded engine says earlier and more than Microsoft Orleans what is wrong.</summary>
public sealed class AdoNetChecksTests(AdoNetSilo silo) : IClassFixture<AdoNetSilo>
{
    private const string Good = "Host=localhost;Database=x;Username=x";

    [Theory]
    [InlineData("", Good, "set Invariant")]
    [InlineData("Microsoft.Data.SqlClient", Good, "set \"Npgsql\"")]
    [InlineData("Npgsql", "", "set exactly one of ConnectionString and DataSource")]
    [InlineData("Npgsql", "Host=localhost;Pass word=sesame", "not one of PostgreSQL")]
    [InlineData("Npgsql", "Password=sesame;Port=many", "not one of PostgreSQL")]
    public async Task Options_that_cannot_work_stop_the_start_and_say_what_to_set(string invariant, string connection, string expected)
    {
        Action<ISiloBuilder>[] uses =
        [
            builder => builder.AddAdoNetGrainStorage("any", (AdoNetGrainStorageOptions options) =>
                (options.Invariant, options.ConnectionString) = (invariant, connection)),
            builder => builder.UseAdoNetReminderService((AdoNetReminderTableOptions options) =>
                (options.Invariant, options.ConnectionString) = (invariant, connection)),
            builder => builder.UseAdoNetClustering((AdoNetClusteringSiloOptions options) =>
                (options.Invariant, options.ConnectionString) = (invariant, connection)),
        ];
        foreach (var use in uses)
        {
            var error = await Should.ThrowAsync<OrleansConfigurationException>(() => Start(use));
            error.ToString().ShouldContain(expected);
            error.ToString().ShouldNotContain("sesame");
        }
    }

    [Fact]
    public async Task A_database_without_the_tables_stops_the_start_and_is_named()
    {
        await using var empty = await TestDatabase.CreateEmptyAsync();
        Action<ISiloBuilder>[] uses =
        [
            builder => builder.AddAdoNetGrainStorage("any", (AdoNetGrainStorageOptions options) =>
                (options.Invariant, options.ConnectionString) = ("Npgsql", empty.ConnectionString)),
            builder => builder.UseAdoNetReminderService((AdoNetReminderTableOptions options) =>
                (options.Invariant, options.ConnectionString) = ("Npgsql", empty.ConnectionString)),
        ];
        foreach (var use in uses)
        {
            var error = await Should.ThrowAsync<OrleansConfigurationException>(() => Start(use));
            error.Message.ShouldContain(empty.Name);
            error.Message.ShouldContain("apply the database migrations");
        }
    }

    [Fact]
    public async Task State_that_could_never_be_read_again_is_not_written()
    {
        var id = GrainId.Create("noted", Guid.NewGuid().ToString());
        var state = new GrainState<Holder>(new Holder { Any = ("a", "tuple") });
        var error = await Should.ThrowAsync<JsonSerializationException>(() => silo.Keeping.WriteStateAsync("held", id, state));
        error.ToString().ShouldContain("Mark the type with [GenerateSerializer]");
        (state.ETag, state.RecordExists).ShouldBe((null, false));

        state.State!.Any = new List<int> { 1 };
        await silo.Keeping.WriteStateAsync("held", id, state);
        state.ETag.ShouldBe("1");
    }

    [Fact]
    public async Task Rows_that_are_there_twice_are_not_guessed_at()
    {
        var id = GrainId.Create("noted", Guid.NewGuid().ToString());
        await silo.Keeping.WriteStateAsync("held", id, new GrainState<Holder>(new Holder()));
        await using var copy = silo.Rows.CreateCommand(
            "insert into orleansstorage select * from orleansstorage where grainidextensionstring = $1");
        copy.Parameters.Add(new() { Value = id.Key.ToString() });
        await copy.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var error = await Should.ThrowAsync<OrleansException>(() => silo.Keeping.ReadStateAsync("held", id, new GrainState<Holder>()));
        error.Message.ShouldContain("more than one row");
    }

    private static async Task Start(Action<ISiloBuilder> configure)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => configure(silo));
        await using var cluster = builder.Build();
        await cluster.DeployAsync();
    }

    [GenerateSerializer]
    public sealed class Holder
    {
        [Id(0)]
        public object? Any { get; set; }
    }
}
