using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Webhooks;
using Switchboard.Handlers.Webhooks;
using Switchboard.Projects;
using Switchboard.Testing;
using Switchboard.Testing.Http;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests.Webhooks;

/// <summary>An organisation with a project, webhooks on the real store, and a sender that the test starts.</summary>
internal sealed class WebhookWorld : IAsyncDisposable
{
    private readonly HandlerWorld _world;
    private WebhookSender? _sender;
    private int _cases;

    private WebhookWorld(HandlerWorld world) => (_world, Project) = (world, Samples.Project(OrgId));

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public Guid OrgId { get; } = Guid.CreateVersion7();

    public ProjectSnapshot Project { get; }

    public IWebhooks Webhooks => _world.Services.GetRequiredService<IWebhooks>();

    public DeliveryQueue Queue => _world.Services.GetRequiredService<DeliveryQueue>();

    public IServiceProvider Services => _world.Services;

    public TestDatabase Database => _world.Database;

    public static async Task<WebhookWorld> CreateAsync(TestDatabase database, params (string Key, string Value)[] settings)
    {
        var world = new WebhookWorld(HandlerWorld.Create(
            database,
            settings:
            [
                ("Webhooks:SecretKey", Convert.ToBase64String(SHA256.HashData("a key for tests"u8))),
                ("Webhooks:AllowHttp", "true"), ("Webhooks:AllowPrivateAddresses", "true"),
                ("Webhooks:FirstPause", "00:00:00.02"), ("Webhooks:PollInterval", "00:00:00.02"),
                .. settings,
            ]));
        await world.AppendAsync(Samples.Create(world.Project), tell: false);
        return world;
    }

    public async Task<(Webhook Webhook, string Secret)> NewWebhookAsync(
        string url, string[]? types = null, Guid[]? projects = null, bool enabled = true, Guid? maker = null)
    {
        var made = await Webhooks.CreateAsync(
            OrgId, Guid.CreateVersion7(), maker ?? Guid.CreateVersion7(), new WebhookSettings("hook", url, [.. types ?? []], [.. projects ?? []], enabled), Token);
        return (made.Value.ShouldNotBeNull(made.Error?.Detail).Webhook, made.Value.Secret.ShouldNotBeNull());
    }

    /// <summary>Lets only one user view the project.</summary>
    public async Task RestrictAsync(Guid viewer)
    {
        await using var command = Database.DataSource.CreateCommand("update project set policy = $2 where id = $1");
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = Project.Id });
        command.Parameters.Add(new Npgsql.NpgsqlParameter
        {
            Value = $$"""{"bindings":[{"relation":"Viewer","principals":["user:{{viewer}}"]}]}""",
            NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb,
        });
        (await command.ExecuteNonQueryAsync(Token)).ShouldBe(1);
    }

    /// <summary>Opens a case, and brings its event to the handler.</summary>
    public async Task<CaseSnapshot> OpenCaseAsync()
    {
        var opened = Samples.Case(Project, ++_cases);
        await AppendAsync(Samples.Open(opened));
        return opened;
    }

    /// <summary>Opens a case in another project, which nobody restricts.</summary>
    public async Task<CaseSnapshot> OpenElsewhereAsync(string key)
    {
        var project = Samples.Project(OrgId, key);
        await AppendAsync(Samples.Create(project), tell: false);
        var opened = Samples.Case(project);
        await AppendAsync(Samples.Open(opened));
        return opened;
    }

    /// <summary>Stores an event of a case, and brings it to the handler.</summary>
    public Task TellAsync(CaseSnapshot of, long after, CaseEvent body) => AppendAsync(
        Samples.SetTitle(of with { Version = after }, of.Title) with { Events = [Samples.New(body)] });

    /// <summary>Changes a case's title, and brings its event to the handler.</summary>
    public async Task<CaseSnapshot> RetitleAsync(CaseSnapshot before, string title)
    {
        var request = Samples.SetTitle(before, title);
        await AppendAsync(request);
        return Samples.CaseOf(request);
    }

    public async Task AppendAsync(AppendRequest request, bool tell = true, int times = 1)
    {
        var store = _world.Services.GetRequiredService<IEventStore>();
        (await store.AppendAsync(request, Token)).Status.ShouldBe(AppendStatus.Appended);
        for (var i = 0; tell && i < request.Events.Length * times; i++)
        {
            var added = request.Events[i % request.Events.Length];
            var record = _world.Record(
                added.Body, OrgId, request.Stream.Id, request.ExpectedVersion + 1 + (i % request.Events.Length), TimeProvider.System.GetUtcNow());
            await _world.PipeTo<WebhookHandler>().HandleAsync(record with { EventId = added.Id }, Token);
        }
    }

    public async Task StartAsync()
    {
        _sender = _world.Services.GetServices<IHostedService>().OfType<WebhookSender>().Single();
        await _sender.StartAsync(Token);
    }

    public async Task<IReadOnlyList<WebhookDelivery>> DeliveriesAsync(Webhook webhook) =>
        await Webhooks.ListDeliveriesAsync(new DeliveryQuery(OrgId, webhook.Id, null, null, 100), Token);

    /// <summary>Waits until no delivery of the webhook is due.</summary>
    public async Task<IReadOnlyList<WebhookDelivery>> SettledAsync(Webhook webhook, int count) =>
        await UntilAsync(webhook, all => all.Count == count && all.All(one => one.State != DeliveryState.Due));

    public async Task<IReadOnlyList<WebhookDelivery>> UntilAsync(Webhook webhook, Func<IReadOnlyList<WebhookDelivery>, bool> holds)
    {
        IReadOnlyList<WebhookDelivery> all;
        do
        {
            Token.ThrowIfCancellationRequested();
            all = await DeliveriesAsync(webhook);
        }
        while (!holds(all));
        return all;
    }

    public async Task<WebhookDelivery> DetailAsync(Webhook webhook, Guid delivery) =>
        (await Webhooks.FindDeliveryAsync(OrgId, webhook.Id, delivery, Token)).ShouldNotBeNull();

    /// <summary>Checks a signature as docs/webhooks.md tells receivers to.</summary>
    public static bool IsSignedWith(ReceivedRequest request, string secret)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes(request.Headers["Switchboard-Timestamp"] + "."), .. request.Body];
        var expected = "v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));
        return request.Headers["Switchboard-Signature"].Split(',').Contains(expected);
    }

    public static JsonElement JsonOf(ReceivedRequest request) => JsonDocument.Parse(request.Body).RootElement;

    public async ValueTask DisposeAsync()
    {
        if (_sender is not null)
        {
            await _sender.StopAsync(CancellationToken.None);
        }

        await _world.DisposeAsync();
    }
}
