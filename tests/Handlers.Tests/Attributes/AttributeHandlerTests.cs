using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Grains.Access;
using Switchboard.Grains.Search;
using Switchboard.Grains.Suggestions;
using Switchboard.Handlers.Attributes;
using Switchboard.Storage.Databases;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests.Attributes;

/// <summary>The counts on a real PostgreSQL. The tests share the database; each works in organisations of its own.</summary>
public sealed class AttributeHandlerTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>, IAsyncDisposable
{
    private readonly TestStorage _storage = TestStorage.Connect(fixture.Database);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private CaseSuggester Suggester => new(
        _storage.Services.GetRequiredService<TenantDatabase>(),
        _storage.Services.GetRequiredService<ICaseSearch>(),
        _storage.Services.GetRequiredService<ProjectAccess>());

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    [Fact]
    public async Task Counts_equal_those_of_the_cases_last_attributes_whatever_is_delivered_again_and_by_whom()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        for (var round = 0; round < 3; round++)
        {
            var random = new Random(seed + round);
            var histories = AttributeHistories.Random(random, cases: 30, projects: 3);
            var deliveries = AttributeHistories.Deliver(random, histories).ToArray();
            var handler = Handler(new AttributeOptions());

            // Two processes, each with some of the cases; batches that die before the commit and come again.
            await Task.WhenAll(deliveries.GroupBy(change => change.CaseId.GetHashCode() & 1).Select(async share =>
            {
                var batches = new Random(seed);
                foreach (var batch in share.Chunk(batches.Next(1, 20)))
                {
                    if (batches.Next(4) == 0)
                    {
                        await WriteAsync(handler, batch, commit: false);
                    }

                    await WriteAsync(handler, batch);
                }
            }));

            var model = AttributeHistories.Count(histories);
            var org = histories[0][0].OrgId;
            (await RowsAsync(org, "select project_id, key, value, cases from attribute_value where org_id = $1", row =>
                    (new ValueName(new KeyName(new ProjectName(org, row.GetGuid(0)), row.GetString(1)), row.GetString(2)), row.GetInt64(3))))
                .ShouldBe(model.Values.Select(pair => (pair.Key, pair.Value)), ignoreOrder: true, $"seed {seed + round}");
            (await RowsAsync(org, "select project_id, key, cases, value_count from attribute_key where org_id = $1 and overflow = 0", row =>
                    (new KeyName(new ProjectName(org, row.GetGuid(0)), row.GetString(1)), (row.GetInt64(2), row.GetInt32(3)))))
                .ShouldBe(model.Keys.Select(pair => (pair.Key, pair.Value)), ignoreOrder: true, $"seed {seed + round}");
        }
    }

    [Fact]
    public async Task Events_of_a_case_count_from_its_opening_to_its_deletion()
    {
        var (org, project, id) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var handler = Handler(new AttributeOptions());
        var opened = Deliveries.Event(org, id, 1, Opened(project, ("service", ["checkout"]), ("team", ["Payments", "SRE"])));
        var replaced = Deliveries.Event(org, id, 4, new AttributesReplaced(Map(("service", ["checkout"]), ("team", ["Payments", "SRE"])), Map(("team", ["SRE", "Core"]))));

        await handler.WriteAsync(fixture.Database.DataSource, [opened, Deliveries.Event(org, id, 2, new CaseArchived())], Token);
        (await SuggestAsync(org)).ShouldBe([("service", 1), ("team", 1)]);
        await handler.WriteAsync(fixture.Database.DataSource, [replaced, opened], Token);
        (await SuggestAsync(org)).ShouldBe([("team", 1)]);
        (await SuggestAsync(org, "team")).ShouldBe([("Core", 1), ("SRE", 1)]);
        await handler.WriteAsync(fixture.Database.DataSource, [Deliveries.Event(org, id, 5, new CaseDeleted(project, "OPS-1"))], Token);
        await handler.WriteAsync(fixture.Database.DataSource, [opened, replaced], Token);
        (await SuggestAsync(org)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Custom_attributes_of_a_type_are_suggested_with_those_of_any_case()
    {
        var (org, project, id) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var handler = Handler(new AttributeOptions());
        var size = new CustomValue("NUMBER", false, ["12"]);
        await handler.WriteAsync(
            fixture.Database.DataSource,
            [
                Deliveries.Event(org, id, 1, Opened(project, ("team", ["web"]))),
                Deliveries.Event(org, id, 2, new CustomAttributeChanged("Size", null, size, Opening: true)),
                Deliveries.Event(org, id, 3, new CustomAttributeChanged("team", null, new("SELECT", true, ["web", "data", "web"]))),
            ],
            Token);

        (await SuggestAsync(org)).ShouldBe([("team", 2), ("Size", 1)]);
        (await SuggestAsync(org, typed: "si")).ShouldBe([("Size", 1)]);
        (await SuggestAsync(org, "size", "1")).ShouldBe([("12", 1)]);
        (await SuggestAsync(org, "team")).ShouldBe([("web", 2), ("data", 1)]);

        await handler.WriteAsync(
            fixture.Database.DataSource,
            [
                Deliveries.Event(org, id, 4, new AttributesReplaced(Map(("team", ["web"])), Map(("team", ["ops"])))),
                Deliveries.Event(org, id, 5, new CustomAttributeChanged("team", new("SELECT", true, ["web", "data", "web"]), null)),
            ],
            Token);
        (await SuggestAsync(org, "team")).ShouldBe([("ops", 1)]);
        (await SuggestAsync(org, "size")).ShouldBe([("12", 1)]);
        await handler.WriteAsync(fixture.Database.DataSource, [Deliveries.Event(org, id, 6, new CaseDeleted(project, "OPS-1"))], Token);
        (await SuggestAsync(org)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Suggestions_begin_with_what_was_typed_and_the_most_frequent_come_first()
    {
        var (org, first, second) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var handler = Handler(new AttributeOptions());
        var longValue = "Long" + new string('é', 990);
        await handler.WriteAsync(
            fixture.Database.DataSource,
            [
                Deliveries.Event(org, Guid.NewGuid(), 1, Opened(first, ("Team", ["Payments"]), ("service", ["checkout"]))),
                Deliveries.Event(org, Guid.NewGuid(), 1, Opened(first, ("Team", ["payroll", "Payments"]))),
                Deliveries.Event(org, Guid.NewGuid(), 1, Opened(second, ("Team", ["Payments", "Ops", longValue, "100%_x"]), ("tier", ["1"]))),
            ],
            Token);

        (await SuggestAsync(org)).ShouldBe([("Team", 3), ("service", 1), ("tier", 1)]);
        (await SuggestAsync(org, typed: "T")).ShouldBe([("Team", 3), ("tier", 1)]);
        (await SuggestAsync(org, typed: "t", project: first)).ShouldBe([("Team", 2)]);
        (await SuggestAsync(org, "TEAM", "pay")).ShouldBe([("Payments", 3), ("payroll", 1)]);
        (await SuggestAsync(org, "team", "pay", second)).ShouldBe([("Payments", 1)]);
        (await SuggestAsync(org, "team", longValue[..500].ToUpperInvariant())).ShouldBe([(longValue, 1)]);
        (await SuggestAsync(org, "team", longValue[..500] + "x")).ShouldBeEmpty();
        (await SuggestAsync(org, "team", "100%")).ShouldBe([("100%_x", 1)]);
        (await SuggestAsync(org, "team", "%")).ShouldBeEmpty();
        (await SuggestAsync(org, "none")).ShouldBeEmpty();
        (await SuggestAsync(Guid.NewGuid(), "team")).ShouldBeEmpty();
        (await Suggester.SuggestAsync(new SuggestionQuery(org, 1) { Facet = "team" }, Token)).Suggestions.ShouldHaveSingleItem().Text.ShouldBe("Payments");
    }

    [Fact]
    public async Task Facets_of_the_search_and_their_values_are_suggested_too()
    {
        var org = Guid.NewGuid();
        var handler = Handler(new AttributeOptions());
        await handler.WriteAsync(
            fixture.Database.DataSource, [Deliveries.Event(org, Guid.NewGuid(), 1, Opened(Guid.NewGuid(), ("status", ["mine"]), ("statute", ["x"])))], Token);

        var facets = (await Suggester.SuggestAsync(new SuggestionQuery(org, 10) { Typed = "stat" }, Token)).Suggestions;
        facets.Select(one => (one.Text, one.BuiltIn)).ShouldBe([("status", true), ("status_group", true), ("status_name", true), ("statute", false)]);
        var priorities = (await Suggester.SuggestAsync(new SuggestionQuery(org, 10) { Facet = "Priority", Typed = "p" }, Token)).Suggestions;
        priorities.Select(one => one.Text).ShouldBe(["P1", "P2", "P3", "P4", "P5"]);
        priorities.ShouldAllBe(one => one.BuiltIn && one.Cases == null);
    }

    [Fact]
    public async Task More_keys_or_values_than_are_counted_are_told()
    {
        var (org, project) = (Guid.NewGuid(), Guid.NewGuid());
        var handler = Handler(new AttributeOptions { KeysPerProject = 1, ValuesPerKey = 2 });
        var full = Deliveries.Event(org, Guid.NewGuid(), 1, Opened(project, ("a", ["1", "2"])));
        var more = Deliveries.Event(org, Guid.NewGuid(), 1, Opened(project, ("a", ["2", "3"]), ("b", ["1"])));

        await handler.WriteAsync(fixture.Database.DataSource, [full], Token);
        (await Suggester.SuggestAsync(new SuggestionQuery(org, 10) { Facet = "a" }, Token)).Overflow.ShouldBeFalse();
        await handler.WriteAsync(fixture.Database.DataSource, [more], Token);

        (await Suggester.SuggestAsync(new SuggestionQuery(org, 10) { Facet = "a" }, Token)).Overflow.ShouldBeTrue();
        (await Suggester.SuggestAsync(new SuggestionQuery(org, 10) { Typed = "zz" }, Token)).Overflow.ShouldBeTrue();
        (await SuggestAsync(org, "a")).ShouldBe([("2", 2), ("1", 1)]);
        await handler.WriteAsync(
            fixture.Database.DataSource, [Deliveries.Event(org, more.Record.StreamId, 2, new CaseDeleted(project, "OPS-2"))], Token);
        (await Suggester.SuggestAsync(new SuggestionQuery(org, 10) { Facet = "a" }, Token)).Overflow.ShouldBeFalse();
        (await Suggester.SuggestAsync(new SuggestionQuery(org, 10), Token)).Overflow.ShouldBeFalse();
    }

    [Fact]
    public void Settings_that_cannot_work_name_their_key()
    {
        var refused = new AttributeOptionsValidator().Validate(null, new AttributeOptions { KeysPerProject = 0, ValuesPerKey = -1 }).FailureMessage.ShouldNotBeNull();
        refused.ShouldContain("Attributes:KeysPerProject");
        refused.ShouldContain("Attributes:ValuesPerKey");
        new AttributeOptionsValidator().Validate(null, new AttributeOptions()).Succeeded.ShouldBeTrue();
    }

    private static AttributeHandler Handler(AttributeOptions options) => new(Options.Create(options));

    private async Task<List<(string Text, long Cases)>> SuggestAsync(Guid org, string? facet = null, string typed = "", Guid? project = null) =>
        [.. (await Suggester.SuggestAsync(new SuggestionQuery(org, 100) { Facet = facet, Typed = typed, ProjectId = project }, Token)).Suggestions
            .Where(one => !one.BuiltIn).Select(one => (one.Text, one.Cases!.Value))];

    private async Task WriteAsync(AttributeHandler handler, AttributeChange[] changes, bool commit = true)
    {
        await using var connection = await fixture.Database.DataSource.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await handler.WriteAsync(new EffectBatch<AttributeChange>(connection, [.. changes], ""), Token);
        if (commit)
        {
            await transaction.CommitAsync(Token);
        }
    }

    private async Task<List<T>> RowsAsync<T>(Guid org, string sql, Func<NpgsqlDataReader, T> map)
    {
        await using var command = fixture.Database.DataSource.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = org });
        await using var reader = await command.ExecuteReaderAsync(Token);
        var rows = new List<T>();
        while (await reader.ReadAsync(Token))
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    private static ImmutableSortedDictionary<string, ImmutableArray<string>> Map(params (string Key, string[] Values)[] attributes) =>
        attributes.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Values.ToImmutableArray(), StringComparer.Ordinal);

    private static CaseOpened Opened(Guid project, params (string Key, string[] Values)[] attributes) => new(
        project, "OPS-1", 1, Guid.NewGuid(), "title", "", CasePriority.P3, "Open", StatusGroup.Open, null, Map(attributes), "MANUAL");
}
