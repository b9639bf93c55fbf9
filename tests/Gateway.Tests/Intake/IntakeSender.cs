using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Switchboard.Commands;
using Switchboard.Events;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Handlers;
using Switchboard.Handlers.CaseIndexer;
using Switchboard.Intake;
using Switchboard.Storage.Databases;
using Switchboard.Storage.Events;

namespace Switchboard.Gateway.Tests.Intake;

/// <summary>An integration of an organisation of its own, the sender that has its key, and what brings its alerts to the indexer.</summary>
internal sealed class IntakeSender
{
    public const string Integrations = "/api/v2/intake/integrations";

    private IntakeSender(RunningOrg org, string project, string id, string key) => (Org, Project, Id, Key) = (org, project, id, key);

    public RunningOrg Org { get; }

    public string Project { get; }

    public string Id { get; }

    public string Key { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<IntakeSender> CreateAsync(RunningGatewayFixture fixture, string kind, object? rules = null)
    {
        var org = await fixture.NewOrgAsync();
        return await CreateAsync(org, await org.NewProjectAsync(), kind, rules);
    }

    public static async Task<IntakeSender> CreateAsync(RunningOrg org, string project, string kind, object? rules = null)
    {
        var made = (await org.PostAsync(Integrations, Document(new { kind, name = $"The {kind}", project_id = project }, rules), HttpStatusCode.Created)).Data();
        return new IntakeSender(org, project, made.Id(), made.Attributes().Text("key")!);
    }

    public static object Document(params object?[] parts)
    {
        var attributes = new Dictionary<string, object?>();
        foreach (var part in parts.OfType<object>())
        {
            foreach (var property in part.GetType().GetProperties())
            {
                attributes[property.Name] = property.GetValue(part);
            }
        }

        return new { data = new { type = "intake_integration", attributes } };
    }

    public static object Alert(object attributes) => new { data = new { type = "alert", attributes } };

    /// <summary>Sends something with the integration's key.</summary>
    public async Task<HttpResponseMessage> SendAsync(string path, object body, string? idempotencyKey = null, string mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        request.Content = GatewayServer.Bytes(
            body as byte[] ?? System.Text.Encoding.UTF8.GetBytes(body as string ?? JsonSerializer.Serialize(body)), mediaType);
        return await Org.Gateway.Client.SendAsync(request, Token);
    }

    /// <summary>Sends something that must be taken; returns the document.</summary>
    public async Task<JsonElement> TakenAsync(string path, object body, string? idempotencyKey = null, string mediaType = "application/json")
    {
        using var response = await SendAsync(path, body, idempotencyKey, mediaType);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.TextAsync());
        return await response.JsonAsync();
    }

    /// <summary>Submits an alert in our own form; returns its receipt.</summary>
    public async Task<string> SubmitAsync(object attributes, string? idempotencyKey = null) =>
        (await TakenAsync("/api/v2/intake", Alert(attributes), idempotencyKey)).Data().Id();

    /// <summary>The organisation's alerts so far, given to the indexer in order, each twice; with <paramref name="forgetful"/> by one that was started anew.</summary>
    public async Task IndexAsync(bool forgetful = false)
    {
        var services = Org.Gateway.Services;
        await using var fresh = forgetful ? ActivatorUtilities.CreateInstance<CaseIndexerHandler>(services) : null;
        var handler = fresh ?? services.GetRequiredService<CaseIndexerHandler>();
        var codec = services.GetRequiredService<EventCodec>();
        foreach (var record in (await RecordsAsync()).SelectMany(static record => new[] { record, record }))
        {
            handler.Wants(record).ShouldBeTrue();
            await handler.HandleAsync(new HandledEvent(record, codec.Decode(record)), Token);
        }
    }

    public async Task<JsonElement> ReceiptAsync(string receipt) => (await Org.GetAsync($"/api/v2/intake/{receipt}")).Data().Attributes();

    public async Task<JsonElement> CaseAsync(string id) => (await Org.GetAsync($"/api/v2/cases/{id}")).Data().Attributes();

    /// <summary>The organisation's cases, oldest first.</summary>
    public async Task<List<JsonElement>> CasesAsync() =>
        [.. (await Org.GetAsync("/api/v2/cases?page[size]=100&sort[field]=created_at&sort[asc]=true")).Data().EnumerateArray()];

    /// <summary>How it stands with the dedup keys.</summary>
    public async Task<Dictionary<string, JsonElement>> KeysAsync() =>
        (await Org.GetAsync("/api/v2/intake/alerts?page[limit]=1000")).Data().EnumerateArray().ToDictionary(static one => one.Id(), static one => one.Attributes());

    public async Task<List<string>> CommentsAsync(string caseId) =>
        [.. (await Org.GetAsync($"/api/v2/cases/{caseId}/timelines")).Data().EnumerateArray()
            .Select(static cell => cell.GetRawText()).Where(static cell => cell.Contains("COMMENT", StringComparison.Ordinal))];

    public async Task<long> CountAsync(string sql)
    {
        await using var command = Org.Gateway.Services.GetRequiredService<TenantDatabase>().Primary.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = Org.Id });
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }

    /// <summary>The receipt of the one alert of a dedup key.</summary>
    public async Task<string> ReceiptOfAsync(string dedupKey)
    {
        await using var command = Org.Gateway.Services.GetRequiredService<TenantDatabase>().Primary.CreateCommand(
            "select r.id::text from intake_receipt r join intake_stream s using (stream_id) where r.org_id = $1 and s.dedup_key = $2");
        command.Parameters.Add(new NpgsqlParameter { Value = Org.Id });
        command.Parameters.Add(new NpgsqlParameter { Value = dedupKey });
        return (string)(await command.ExecuteScalarAsync(Token))!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Org.Gateway.Services.GetRequiredService<TenantDatabase>().Primary.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = Org.Id });
        await command.ExecuteNonQueryAsync(Token);
    }

    private async Task<List<EventRecord>> RecordsAsync()
    {
        await using var command = Org.Gateway.Services.GetRequiredService<TenantDatabase>().Primary.CreateCommand(
            """
            select stream_id, version, event_id, type, schema, payload::text, occurred_at, recorded_at, seq
            from domain_events where org_id = $1 and stream_type = 'intake' order by tx, seq
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = Org.Id });
        await using var row = await command.ExecuteReaderAsync(Token);
        var records = new List<EventRecord>();
        while (await row.ReadAsync(Token))
        {
            records.Add(new EventRecord
            {
                Tenant = TenantDatabases.CaseManagementTenant,
                OrgId = Org.Id,
                StreamType = AlertReceived.StreamType,
                StreamId = row.GetGuid(0),
                Version = row.GetInt64(1),
                EventId = row.GetGuid(2),
                Type = row.GetString(3),
                Schema = row.GetInt16(4),
                Payload = row.GetString(5),
                Actor = Actor.System,
                CorrelationId = "test",
                OccurredAt = row.GetFieldValue<DateTime>(6),
                RecordedAt = row.GetFieldValue<DateTime>(7),
                Epoch = 1,
                Tx = 1,
                Seq = row.GetInt64(8),
            });
        }

        return records;
    }
}
