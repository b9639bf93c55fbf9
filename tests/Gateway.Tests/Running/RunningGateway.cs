using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;
using Switchboard.Commands;
using Switchboard.Gateway.Grpc.Hosting;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Speech.Listen;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Grains;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Running;

/// <summary>The gateway with real grains on a real server and port; what the grains store in is the caller's choice.</summary>
public sealed class RunningGateway : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RunningGateway(WebApplication app, RecordedLog log)
    {
        _app = app;
        Log = log;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(app.Urls.First()) };
        Http2 = new Uri(app.Urls.Last());
        Operations = [.. app.Services.GetServices<IApiOperations>().SelectMany(group => group.Operations)];
    }

    public HttpClient Client { get; }

    /// <summary>Where gRPC is spoken.</summary>
    public Uri Http2 { get; }

    public IServiceProvider Services => _app.Services;

    internal RecordedLog Log { get; }

    internal IReadOnlyList<ApiOperation> Operations { get; }

    private IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    /// <summary>Starts with a store that the caller registers.</summary>
    public static async Task<RunningGateway> StartAsync(
        Action<WebApplicationBuilder> addStore, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear(); // the host's own settings lie beside this assembly
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value));
        builder.WebHost.UseKestrel().ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.ListenGrpc(0);
        });
        var log = new RecordedLog();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Information);
        addStore(builder);
        builder.Services.AddSwitchboardGrains();
        builder.Services.AddSwitchboardGateway(builder.Configuration);
        builder.UseOrleans(static silo => silo.UseLocalhostClustering());
        var app = builder.Build();
        app.MapSwitchboardGateway();
        app.MapSpeech();
        await app.StartAsync();
        return new RunningGateway(app, log);
    }

    /// <summary>A new organisation with an administrator and keys.</summary>
    public async Task<RunningOrg> NewOrgAsync()
    {
        var orgId = Guid.CreateVersion7();
        var context = new CommandContext(orgId, Actor.System, "test");
        Require(await Grains.GetGrain<IOrgGrain>(orgId.ToString("N")).CreateAsync(new CreateOrg("Test"), context));
        var apiKey = await NewKeyAsync(context, KeyKind.Api, null, []);
        var user = await NewUserAsync(orgId, "ana@example.test", "Ana", Roles.Admin);
        return new RunningOrg(this, orgId, user, apiKey, await NewKeyAsync(context, KeyKind.Application, user, []));
    }

    /// <summary>A new verified user.</summary>
    public async Task<Guid> NewUserAsync(Guid orgId, string email, string name, string role)
    {
        var userId = Guid.CreateVersion7();
        Require(await Grains.GetGrain<IUserGrain>(GrainKeys.Of(orgId, userId)).ExecuteAsync(
            new CreateUser(email, name, null, [role], PasswordHash: "not a hash of anything"),
            new CommandContext(orgId, Actor.System, "test")));
        return userId;
    }

    /// <summary>A new application key.</summary>
    public Task<string> NewApplicationKeyAsync(Guid orgId, Guid userId, params string[] scopes) =>
        NewKeyAsync(new CommandContext(orgId, Actor.System, "test"), KeyKind.Application, userId, scopes);

    /// <summary>A new API key with scopes of the speech API.</summary>
    public Task<string> NewApiKeyAsync(Guid orgId, params string[] scopes) =>
        NewKeyAsync(new CommandContext(orgId, Actor.System, "test"), KeyKind.Api, null, scopes);

    /// <summary>Revokes a key.</summary>
    public async Task RevokeAsync(Guid orgId, string key) => Require(await Grains.GetGrain<IKeyGrain>(HashOf(key)).ExecuteAsync(
        new RevokeKey(), new CommandContext(orgId, Actor.System, "test")));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private async Task<string> NewKeyAsync(CommandContext context, KeyKind kind, Guid? userId, string[] scopes)
    {
        var text = RandomNumberGenerator.GetHexString(kind == KeyKind.Api ? 32 : 40, lowercase: true);
        Require(await Grains.GetGrain<IKeyGrain>(HashOf(text)).ExecuteAsync(
            new CreateKey(Guid.CreateVersion7(), kind, text[..6], text[^4..], "test", userId, [.. scopes], null), context));
        return text;
    }

    private static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static void Require<T>(Outcome<T> outcome)
        where T : class => outcome.Error.ShouldBeNull();
}
