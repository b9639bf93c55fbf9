using System.Net;
using System.Text.Json;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.Cases;

public sealed class TemplateTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private RunningOrg _org = null!;
    private string _project = null!;

    public async ValueTask InitializeAsync()
    {
        _org = await fixture.NewOrgAsync();
        _project = await _org.NewProjectAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private string Path => $"/api/v2/cases/projects/{_project}/templates";

    [Fact]
    public async Task A_template_is_made_listed_replaced_and_deleted()
    {
        var made = await NewTemplateAsync(new { name = "Disk", title = "Disk full", tasks = new[] { "a", "b" }, attributes = new { Team = new[] { "web" } } });
        made.Attributes().GetProperty("attributes").Has("team").ShouldBeTrue();
        made.Attributes().Text("priority").ShouldBe("NOT_DEFINED");
        made.Related("project").ShouldBe(_project);

        var replaced = await ReplaceAsync(made.Id(), new { name = "Disk", title = "Disk filling", type_id = Documents.StandardType });
        replaced.Attributes().Text("title").ShouldBe("Disk filling");
        replaced.Attributes().GetProperty("tasks").GetArrayLength().ShouldBe(0);
        var again = await ReplaceAsync(made.Id(), new { name = "Disk", title = "Disk filling", type_id = Documents.StandardType });
        again.Attributes().Text("modified_at").ShouldBe(replaced.Attributes().Text("modified_at"));

        (await _org.GetAsync(Path)).Data().EnumerateArray().Select(one => one.Id()).ShouldBe([made.Id()]);
        (await _org.GetAsync($"{Path}/{made.Id()}")).Data().Attributes().Text("title").ShouldBe("Disk filling");
        await _org.DeleteAsync($"{Path}/{made.Id()}");
        await _org.RefusedAsync(HttpMethod.Get, $"{Path}/{made.Id()}", null, 404);
        await _org.RefusedAsync(HttpMethod.Delete, $"{Path}/{made.Id()}", null, 404);
        await _org.RefusedAsync(HttpMethod.Post, $"{Path}/{made.Id()}/cases", Documents.EmptyCase, 404);
    }

    [Fact]
    public async Task A_case_from_a_template_has_what_it_says_but_for_what_the_request_says_otherwise()
    {
        var type = Documents.StandardType;
        await AttributeAsync(type, "region", "TEXT");
        await AttributeAsync(type, "cost", "NUMBER");
        var template = await NewTemplateAsync(new
        {
            name = "Disk",
            title = "Disk full",
            description = "Free some space.",
            priority = "P2",
            attributes = new { team = new[] { "web" } },
            custom_attributes = new { region = Value("TEXT", "eu"), cost = Value("NUMBER", 3) },
            tasks = new[] { "Find what grows", "Delete it" },
        });

        var plain = (await _org.PostAsync($"{Path}/{template.Id()}/cases", Documents.EmptyCase, HttpStatusCode.Created)).Data();
        plain.Attributes().Text("title").ShouldBe("Disk full");
        plain.Attributes().Text("priority").ShouldBe("P2");
        plain.Attributes().GetProperty("attributes").GetProperty("team")[0].GetString().ShouldBe("web");
        plain.Attributes().GetProperty("custom_attributes").GetProperty("cost").GetProperty("value").GetDecimal().ShouldBe(3);
        plain.Attributes().GetProperty("task_count").GetInt32().ShouldBe(2);
        plain.Attributes().Has("modified_at").ShouldBeFalse();
        (await _org.GetAsync($"/api/v2/cases/{plain.Id()}/tasks")).Data().EnumerateArray().Select(task => task.Attributes().Text("title"))
            .ShouldBe(["Find what grows", "Delete it"]);

        var other = (await _org.PostAsync(
            $"{Path}/{template.Id()}/cases",
            Documents.Case(new { title = "Disk full on db-3", priority = "P1", custom_attributes = new { Region = Value("TEXT", "us") } }),
            HttpStatusCode.Created)).Data();
        other.Attributes().Text("title").ShouldBe("Disk full on db-3");
        other.Attributes().Text("priority").ShouldBe("P1");
        other.Attributes().Text("description").ShouldBe("Free some space.");
        other.Attributes().GetProperty("custom_attributes").GetProperty("region").Text("value").ShouldBe("us");
        other.Attributes().GetProperty("custom_attributes").Has("cost").ShouldBeTrue();
    }

    [Fact]
    public async Task Type_and_attributes_are_checked_when_a_case_is_opened()
    {
        var made = (await _org.PostAsync("/api/v2/cases/types", new { data = new { type = "case_type", attributes = new { name = "Change", description = "", emoji = "" } } }, HttpStatusCode.Created)).Data().Id();
        var attribute = await AttributeAsync(made, "region", "TEXT");
        var template = await NewTemplateAsync(new { name = "x", title = "x", custom_attributes = new { region = Value("TEXT", "eu") } }, made);
        var unknown = await NewTemplateAsync(new { name = "x", title = "x" }, Guid.NewGuid().ToString());
        (await _org.PostAsync($"{Path}/{template.Id()}/cases", Documents.EmptyCase, HttpStatusCode.Created)).Data().Attributes().Text("type_id").ShouldBe(made);

        await _org.DeleteAsync($"/api/v2/cases/types/{made}/custom_attributes/{attribute}");
        await _org.RefusedAsync(HttpMethod.Post, $"{Path}/{template.Id()}/cases", Documents.EmptyCase, 404);
        await _org.DeleteAsync($"/api/v2/cases/types/{made}");
        await _org.RefusedAsync(HttpMethod.Post, $"{Path}/{template.Id()}/cases", Documents.EmptyCase, 404);
        await _org.RefusedAsync(HttpMethod.Post, $"{Path}/{unknown.Id()}/cases", Documents.EmptyCase, 404);
    }

    [Fact]
    public async Task Malformed_and_unknown_things_are_refused()
    {
        await _org.RefusedAsync(HttpMethod.Post, Path, Body(new { name = "x", title = "", type_id = Documents.StandardType }), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Body(new { name = "x", title = "x" }), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Body(new { name = "x", title = "x", type_id = Documents.StandardType, tasks = new[] { "" } }), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Body(new { name = "x", title = "x", type_id = Documents.StandardType, tasks = new string[101].Select(_ => "x") }), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Body(new { name = "x", title = "x", type_id = Documents.StandardType, priority = "P9" }), 400);
        await _org.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/projects/{Guid.NewGuid()}/templates", Body(new { name = "x", title = "x", type_id = Documents.StandardType }), 404);
        await _org.RefusedAsync(HttpMethod.Get, $"/api/v2/cases/projects/{Guid.NewGuid()}/templates", null, 404);

        var made = await NewTemplateAsync(new { name = "x", title = "x" });
        var elsewhere = $"/api/v2/cases/projects/{await _org.NewProjectAsync("SEC")}/templates/{made.Id()}";
        await _org.RefusedAsync(HttpMethod.Get, elsewhere, null, 404);
        await _org.RefusedAsync(HttpMethod.Delete, elsewhere, null, 404);
        await _org.RefusedAsync(HttpMethod.Put, elsewhere, Body(new { name = "x", title = "y", type_id = Documents.StandardType }), 404);
        await (await fixture.NewOrgAsync()).RefusedAsync(HttpMethod.Get, $"{Path}/{made.Id()}", null, 404);
    }

    [Fact]
    public async Task Templates_go_with_their_project()
    {
        var made = await NewTemplateAsync(new { name = "x", title = "x" });
        await _org.DeleteAsync($"/api/v2/cases/projects/{_project}");

        await _org.RefusedAsync(HttpMethod.Get, $"{Path}/{made.Id()}", null, 404);
        await _org.RefusedAsync(HttpMethod.Put, $"{Path}/{made.Id()}", Body(new { name = "x", title = "y", type_id = Documents.StandardType }), 404);
    }

    private async Task<JsonElement> NewTemplateAsync(object attributes, string? type = null)
    {
        var members = attributes.GetType().GetProperties().ToDictionary(property => property.Name, property => property.GetValue(attributes));
        members["type_id"] = type ?? Documents.StandardType;
        return (await _org.PostAsync(Path, Body(members), HttpStatusCode.Created)).Data();
    }

    private async Task<JsonElement> ReplaceAsync(string id, object attributes)
    {
        using var response = await _org.SendRawAsync(HttpMethod.Put, $"{Path}/{id}", Body(attributes));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (await response.JsonAsync()).Data();
    }

    private async Task<string> AttributeAsync(string type, string key, string kind) => (await _org.PostAsync(
        $"/api/v2/cases/types/{type}/custom_attributes",
        new { data = new { type = "custom_attribute", attributes = new { key, display_name = key, type = kind, is_multi = false } } },
        HttpStatusCode.Created)).Data().Id();

    private static object Value(string type, object value) => new { type, is_multi = false, value };

    private static object Body(object attributes) => new { data = new { type = "case_template", attributes } };
}
