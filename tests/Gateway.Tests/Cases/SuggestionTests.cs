using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Handlers;
using Switchboard.Handlers.Attributes;
using Switchboard.Storage.Databases;
using Switchboard.Testing;

namespace Switchboard.Gateway.Tests.Cases;

/// <summary>Suggestions over REST. The handler is fed by hand; each test works in an organisation of its own.</summary>
public sealed class SuggestionTests(RunningGatewayFixture fixture)
{
    private const string Path = "/api/v2/cases/suggestions";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Facets_and_attributes_are_suggested_with_their_counts()
    {
        var org = await fixture.NewOrgAsync();
        var project = Guid.NewGuid();
        await CountAsync(org, project, ("state", ["on"]));
        await CountAsync(org, Guid.NewGuid(), ("state", ["on", "off"]), ("stage", ["x"]));

        Texts(await org.GetAsync($"{Path}?filter[prefix]=sta")).ShouldBe(["status", "status_group", "status_name", "state", "stage"]);
        Texts(await org.GetAsync($"{Path}?filter[prefix]=sta&page[size]=4&filter[project_id]={project}")).ShouldBe(["status", "status_group", "status_name", "state"]);
        var values = await org.GetAsync($"{Path}?filter[facet]=State&filter[prefix]=o");
        Texts(values).ShouldBe(["on", "off"]);
        values.Data()[0].Attributes().GetProperty("cases").GetInt64().ShouldBe(2);
        values.Data()[0].Attributes().GetProperty("built_in").GetBoolean().ShouldBeFalse();
        values.GetProperty("meta").GetProperty("overflow").GetBoolean().ShouldBeFalse();
        Texts(await org.GetAsync($"{Path}?filter[facet]=priority&filter[prefix]=p1")).ShouldBe(["P1"]);
        Texts(await (await fixture.NewOrgAsync()).GetAsync($"{Path}?filter[facet]=state")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Projects_and_people_are_suggested_by_name()
    {
        var org = await fixture.NewOrgAsync();
        await org.NewProjectAsync("NOC");

        Texts(await org.GetAsync($"{Path}?filter[facet]=project&filter[prefix]=n")).ShouldBe(["NOC"]);
        Texts(await org.GetAsync($"{Path}?filter[facet]=assignee&filter[prefix]=ana")).ShouldBe(["ana@example.test"]);
    }

    [Theory]
    [InlineData("page[size]=0")]
    [InlineData("page[size]=101")]
    [InlineData("filter[project_id]=NOC")]
    public async Task What_is_not_understood_is_refused(string parameters)
    {
        var org = await fixture.NewOrgAsync();
        await org.RefusedAsync(HttpMethod.Get, $"{Path}?{parameters}", null, 400);
    }

    private static string[] Texts(JsonElement document) => [.. document.Data().EnumerateArray().Select(one => one.Attributes().Text("text")!)];

    private static async Task CountAsync(RunningOrg org, Guid project, params (string Key, string[] Values)[] attributes)
    {
        var map = attributes.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Values.ToImmutableArray(), StringComparer.Ordinal);
        var change = new AttributeChange(org.Id, Guid.NewGuid(), project, 1, Samples.Time, map);
        await using var connection = await org.Gateway.Services.GetRequiredService<TenantDatabase>().Primary.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await org.Gateway.Services.GetRequiredService<AttributeHandler>().WriteAsync(new EffectBatch<AttributeChange>(connection, [change], ""), Token);
        await transaction.CommitAsync(Token);
    }
}
