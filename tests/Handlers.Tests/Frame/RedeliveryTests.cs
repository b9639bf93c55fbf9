using Switchboard.Events;
using Switchboard.Grains.DeadLetters;
using Switchboard.Grains.EventStore;
using Switchboard.Handlers.Running;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests.Frame;

/// <summary>
/// All flavors of this release on random histories: one delivery in ten is repeated, now by one process and then by another, and
/// connections are lost before and after commits. What comes of it must be what one clean delivery in order makes.
/// </summary>
public sealed class RedeliveryTests(ServerFixture server, ITestOutputHelper output) : IClassFixture<ServerFixture>
{
    private const int Cuts = 12;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Repeated_deliveries_and_lost_commits_change_nothing()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var clean = await TestDatabase.CreateAsync(server.Server);
        await using var disturbed = await TestDatabase.CreateAsync(server.Server);
        await using var proxy = PostgresProxy.Start(server.Server);
        await using var reference = HandlerWorld.Create(clean);
        await using var one = HandlerWorld.Create(disturbed, connectionString: proxy.ConnectionString(disturbed.Name));
        await using var other = HandlerWorld.Create(disturbed, connectionString: proxy.ConnectionString(disturbed.Name));
        var (org, project) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var cases = Enumerable.Range(0, 16).Select(_ => Lives.Of(reference, org, project, 20, random)).ToArray();
        foreach (var database in new[] { clean, disturbed })
        {
            await database.ExecuteAsync(
                $"""
                insert into webhook_endpoint (id, org_id, version, name, url, event_types, project_ids, enabled, secret, secret_id, secret_hint, created_by, created_at, modified_at)
                values (gen_random_uuid(), '{org}', 1, 'all', 'https://example.com', array[]::text[], array[]::uuid[], true, '', gen_random_uuid(), '', gen_random_uuid(), '2020-01-01', '2020-01-01')
                """);
        }

        await Task.WhenAll(cases.SelectMany(records => reference.Pipes.Select(pipe => DeliverAsync([pipe], records, new Random(seed), again: 0))));
        for (var cut = 0; cut < Cuts; cut++)
        {
            proxy.CutNext(random.Next(2) == 0 ? CutPoint.BeforeCommit : CutPoint.AfterCommit, "switchboard-handlers");
        }

        var pairs = one.Pipes.Zip(other.Pipes).ToArray();
        await Task.WhenAll(cases.SelectMany(records => pairs.Select((pair, index) =>
            DeliverAsync([pair.First, pair.Second], records, new Random(HashCode.Combine(seed, index, records[0].StreamId)), again: 10))));

        proxy.CutsMade.ShouldBe(Cuts);
        (await one.Letters.ListAsync(HandlerWorld.Tenant, new DeadLetterQuery(), Token)).ShouldBeEmpty();
        foreach (var effects in Effects)
        {
            (await RowsAsync(disturbed, effects)).ShouldBe(await RowsAsync(clean, effects), effects);
        }

        (await RowsAsync(disturbed, "select lag(number, 1, 0::bigint) over (order by number) + 1 = number and length(hash) = 32 from audit_event")).Distinct().ShouldBe(["True"]);
    }

    /// <summary>
    /// All that must be the same. What is left out has an id of its own, or says when something was written or was last seen: that is
    /// forgotten when no case has it any more, which depends on whose events come first.
    /// </summary>
    private static string[] Effects =>
    [
        "select t::text from timeline_entry t order by 1",
        "select t::text from analytic_case t order by 1",
        "select t::text from analytic_day t order by 1",
        "select t::text from attribute_case t order by 1",
        "select t::text from attribute_project t order by 1",
        "select (to_jsonb(t) - 'last_seen')::text from attribute_key t order by 1",
        "select (to_jsonb(t) - 'last_seen')::text from attribute_value t order by 1",
        "select event_id || ' ' || target_id || ' ' || row_number() over (partition by target_id order by number) from audit_event order by 1",
        "select line from evp_line order by 1",
        "select event_id || ' ' || state from webhook_delivery order by 1",
        "select event_id || ' ' || f.name from handler_mark m join handler_flavor f on f.id = m.flavor order by 1",
    ];

    private static async Task DeliverAsync(EventPipe[] pipes, EventRecord[] records, Random random, int again)
    {
        for (var i = 0; i < records.Length; i++)
        {
            await HandleAsync(pipes[random.Next(pipes.Length)], records[i]);
            if (random.Next(100) < again)
            {
                // Again, and what came before it perhaps too.
                for (var from = random.Next(i + 1); from <= i; from++)
                {
                    await HandleAsync(pipes[random.Next(pipes.Length)], records[from]);
                }
            }
        }
    }

    private static async Task HandleAsync(EventPipe pipe, EventRecord record)
    {
        while (true)
        {
            try
            {
                await pipe.HandleAsync(record, Token);
                return;
            }
            catch (StorageUnavailableException)
            {
                // As the stream does: it is delivered again.
            }
        }
    }

    private static async Task<List<string>> RowsAsync(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Token);
        List<string> rows = [];
        while (await reader.ReadAsync(Token))
        {
            rows.Add($"{reader.GetValue(0)}");
        }

        rows.ShouldNotBeEmpty(sql);
        return rows;
    }
}
