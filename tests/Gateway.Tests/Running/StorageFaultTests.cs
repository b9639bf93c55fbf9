using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Cases;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Grains.Access;
using Switchboard.Grains.Analytics;
using Switchboard.Grains.Audit;
using Switchboard.Grains.CaseStreams;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;
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
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Teams;
using Switchboard.Testing.InMemory;

namespace Switchboard.Gateway.Tests.Running;

public sealed class StorageFaultTests : IAsyncLifetime
{
    private readonly InMemoryStore _store = new();
    private RunningGateway _gateway = null!;
    private RunningOrg _org = null!;
    private string _project = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await RunningGateway.StartAsync(AddStore);
        _org = await _gateway.NewOrgAsync();
        _project = await _org.NewProjectAsync();
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData(StoreFault.BeforeCommit)]
    [InlineData(StoreFault.AfterCommit)]
    public async Task A_request_that_failed_in_the_store_is_repeated_without_a_second_effect(StoreFault fault)
    {
        _store.Faults.Next(fault);
        using (var failed = await OpenAsync("retry"))
        {
            (await failed.ErrorAsync(503)).Text("detail")!.ShouldContain("Idempotency-Key");
            failed.Header("Retry-After").ShouldBe("2");
        }

        using var repeated = await OpenAsync("retry");

        repeated.StatusCode.ShouldBe(HttpStatusCode.Created);
        repeated.Header("Idempotent-Replayed").ShouldBe(fault == StoreFault.AfterCommit ? "true" : null);
        _store.Events.Count(recorded => recorded.Body is CaseOpened).ShouldBe(1);
    }

    [Fact]
    public async Task Repetitions_under_random_faults_leave_one_effect_for_each_key()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        _store.Faults.AtRandom(0.5, seed);
        for (var number = 0; number < 20; number++)
        {
            var status = HttpStatusCode.ServiceUnavailable;
            for (var attempt = 0; status == HttpStatusCode.ServiceUnavailable && attempt < 50; attempt++)
            {
                using var response = await OpenAsync($"case-{number}");
                status = response.StatusCode;
            }

            status.ShouldBe(HttpStatusCode.Created);
        }

        _store.Events.Count(recorded => recorded.Body is CaseOpened).ShouldBe(20);
    }

    [Fact]
    public async Task While_the_store_is_down_the_answers_are_503_and_afterwards_everything_works_again()
    {
        var opened = await _org.NewCaseAsync(_project);
        _store.Faults.Down = true;
        using (var write = await _org.SendRawAsync(HttpMethod.Post, $"/api/v2/cases/{opened.Id()}/title", Documents.Case(new { title = "x" })))
        {
            await write.ErrorAsync(503);
        }

        _store.Faults.Down = false;
        var changed = await _org.PostAsync($"/api/v2/cases/{opened.Id()}/title", Documents.Case(new { title = "back" }));
        changed.Data().Attributes().Text("title").ShouldBe("back");
    }

    [Fact]
    public async Task A_revoked_key_is_refused_within_its_time_to_live()
    {
        await _org.GetAsync("/api/v2/current_user");
        await _gateway.RevokeAsync(_org.Id, _org.ApplicationKey);

        HttpStatusCode status;
        do
        {
            using var response = await _org.SendRawAsync(HttpMethod.Get, "/api/v2/current_user", null);
            status = response.StatusCode;
        }
        while (status == HttpStatusCode.OK);

        status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private void AddStore(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IEventStore>(_store);
        services.AddSingleton<IAggregateRows<CaseSnapshot>>(_store);
        services.AddSingleton<IAggregateRows<ProjectSnapshot>>(_store);
        services.AddSingleton<IAggregateRows<OrgSnapshot>>(_store);
        services.AddSingleton<IAggregateRows<UserSnapshot>>(_store);
        services.AddSingleton<IAggregateRows<KeySnapshot>>(_store);
        services.AddSingleton<ICaseNumbers>(_store);
        services.AddSingleton<ICaseDirectory>(_store);
        services.AddSingleton<ITimelineReader>(_store);
        services.AddSingleton<ICaseCalls>(_store);
        services.AddSingleton<IBlobStore>(new NoCalls());
        services.AddSingleton<ICaseLinks>(_store);
        services.AddSingleton<ICaseTypeDirectory>(_store);
        services.AddSingleton<IAggregateRows<CaseTypeSnapshot>>(_store);
        services.AddSingleton<IProjectDirectory>(_store);
        services.AddSingleton<IViewDirectory>(_store);
        services.AddSingleton<ITemplateDirectory>(_store);
        services.AddSingleton<IPolicyDirectory>(_store);
        services.AddSingleton<ITeamDirectory>(_store);
        services.AddSingleton<IAggregateRows<TeamSnapshot>>(_store);
        services.AddSingleton<IOrgDirectory>(_store);
        services.AddSingleton<ITokenDirectory>(new NoDirectories());
        services.AddSingleton<ICaseSearch>(new NoDirectories());
        services.AddSingleton<IAuditLog>(new NoDirectories());
        services.AddSingleton<ICaseEventLog>(new NoCaseEventLog());
        services.AddSingleton<ICaseSuggester>(new NoDirectories());
        services.AddSingleton<ICaseHistory>(new NoDirectories());
        services.AddSingleton<IImportLedger>(new NoDirectories());
        services.AddSingleton<ICaseAnalytics>(new NoDirectories());
        services.AddSingleton<IWebhooks>(new NoWebhooks());
        services.AddSingleton<IIntake>(new NoIntake());
        services.AddSingleton<IIntegrations>(new NoIntake());
    }

    private Task<HttpResponseMessage> OpenAsync(string key) =>
        _org.SendRawAsync(HttpMethod.Post, "/api/v2/cases", Documents.NewCase(_project, "Once"), key);
}
