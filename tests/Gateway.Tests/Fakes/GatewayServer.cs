using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Access;
using Switchboard.Grains.Analytics;
using Switchboard.Grains.Audit;
using Switchboard.Grains.CaseStreams;
using Switchboard.Grains.Cases;
using Switchboard.Grains.Files;
using Switchboard.Grains.Imports;
using Switchboard.Grains.Intake;
using Switchboard.Grains.Orgs;
using Switchboard.Grains.Projects;
using Switchboard.Grains.Search;
using Switchboard.Grains.Suggestions;
using Switchboard.Grains.Teams;
using Switchboard.Grains.Templates;
using Switchboard.Grains.Timeline;
using Switchboard.Grains.Views;
using Switchboard.Grains.Webhooks;
using Switchboard.Testing;

namespace Switchboard.Gateway.Tests.Fakes;

/// <summary>The gateway on a real server and port, with stated keys, a clock that stands still, and operations of the test's own.</summary>
internal sealed class GatewayServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GatewayServer(WebApplication app, FakeGrains grains, FakeTimeProvider time, RecordedLog log)
    {
        (_app, Grains, Time, Log) = (app, grains, time, log);
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Client { get; }

    public FakeGrains Grains { get; }

    public FakeTimeProvider Time { get; }

    public RecordedLog Log { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<GatewayServer> StartAsync(
        IReadOnlyList<ApiOperation>? operations = null, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear(); // the host's own settings lie beside this assembly
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value));
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        var grains = new FakeGrains();
        var time = new FakeTimeProvider();
        var log = new RecordedLog();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<IGrainFactory>(grains);
        var (nothing, calls) = (new NoDirectories(), new NoCalls());
        builder.Services.AddSingleton<ICaseCalls>(calls);
        builder.Services.AddSingleton<IBlobStore>(calls);
        builder.Services.AddSingleton<ICaseSearch>(nothing);
        builder.Services.AddSingleton<ICaseDirectory>(nothing);
        builder.Services.AddSingleton<ICaseLinks>(nothing);
        builder.Services.AddSingleton<ICaseTypeDirectory>(nothing);
        builder.Services.AddSingleton<ITimelineReader>(nothing);
        builder.Services.AddSingleton<IProjectDirectory>(nothing);
        builder.Services.AddSingleton<IPolicyDirectory>(nothing);
        builder.Services.AddSingleton<ITeamDirectory>(nothing);
        builder.Services.AddSingleton<IOrgDirectory>(nothing);
        builder.Services.AddSingleton<ITokenDirectory>(nothing);
        builder.Services.AddSingleton<IAuditLog>(nothing);
        builder.Services.AddSingleton<ICaseEventLog>(new NoCaseEventLog());
        builder.Services.AddSingleton<ICaseSuggester>(nothing);
        builder.Services.AddSingleton<ICaseHistory>(nothing);
        builder.Services.AddSingleton<IImportLedger>(nothing);
        builder.Services.AddSingleton<ICaseImporter>(nothing);
        builder.Services.AddSingleton<ICaseAnalytics>(nothing);
        builder.Services.AddSingleton<IViewDirectory>(nothing);
        builder.Services.AddSingleton<ITemplateDirectory>(nothing);
        builder.Services.AddSingleton<IWebhooks>(new NoWebhooks());
        var noIntake = new NoIntake();
        builder.Services.AddSingleton<IIntake>(noIntake);
        builder.Services.AddSingleton<IIntegrations>(noIntake);
        builder.Services.AddSwitchboardGateway(builder.Configuration);
        builder.Services.AddSingleton<IApiOperations>(new TestOperations(operations ?? []));
        var app = builder.Build();
        app.MapSwitchboardGateway();
        await app.StartAsync();
        return new GatewayServer(app, grains, time, log);
    }

    /// <summary>Sends a request with an organisation's keys.</summary>
    public Task<HttpResponseMessage> SendAsync(
        FakeOrg org, HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers) =>
        SendAsync(Request(org, method, path, content, headers));

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) =>
        Client.SendAsync(request, TestContext.Current.CancellationToken);

    public static HttpRequestMessage Request(
        FakeOrg org, HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("DD-API-KEY", org.ApiKey);
        request.Headers.Add("DD-APPLICATION-KEY", org.ApplicationKey);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    public static HttpContent Json(string json) => Bytes(System.Text.Encoding.UTF8.GetBytes(json), "application/json");

    public static HttpContent Bytes(byte[] bytes, string? mediaType)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = mediaType is null ? null : MediaTypeHeaderValue.Parse(mediaType);
        return content;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private sealed class TestOperations(IReadOnlyList<ApiOperation> operations) : IApiOperations
    {
        public IEnumerable<ApiOperation> Operations => operations;
    }
}
