using System.Net;
using System.Text.Json;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Cases;

/// <summary>Case types and custom attributes over the wire.</summary>
public sealed class CaseTypeTests(RunningGatewayFixture fixture) : IAsyncLifetime
{
    private const string Path = "/api/v2/cases/types";

    private RunningOrg _org = null!;
    private string _project = null!;

    public async ValueTask InitializeAsync()
    {
        _org = await fixture.NewOrgAsync();
        _project = await _org.NewProjectAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_type_of_ones_own_has_its_own_statuses()
    {
        var type = await NewTypeAsync(Statuses(["New", "Seen"], ["Doing"], ["Done"]));
        type.Attributes().GetProperty("internal").GetBoolean().ShouldBeFalse();
        type.Attributes().GetProperty("statuses_config").GetProperty("open").Text("default").ShouldBe("New");

        var opened = await _org.NewCaseAsync(_project, more: new { type_id = type.Id() });
        opened.Attributes().Text("type").ShouldBe("TUNKNOWN");
        opened.Attributes().Text("status_name").ShouldBe("New");
        var closed = (await _org.PostAsync($"/api/v2/cases/{opened.Id()}/status", Documents.Case(new { status = "CLOSED" }))).Data();
        closed.Attributes().Text("status_name").ShouldBe("Done");
        await _org.RefusedAsync(HttpMethod.Post, $"/api/v2/cases/{opened.Id()}/status", Documents.Case(new { status_name = "In Progress" }), 400);
    }

    [Fact]
    public async Task Types_are_listed_after_the_built_in_ones_and_deleted_ones_stay()
    {
        var type = await NewTypeAsync();
        await _org.DeleteAsync($"{Path}/{type.Id()}");
        await _org.DeleteAsync($"{Path}/{type.Id()}");

        var listed = (await _org.GetAsync(Path)).Data();
        listed.GetArrayLength().ShouldBe(7);
        listed[6].Id().ShouldBe(type.Id());
        listed[6].Attributes().Has("deleted_at").ShouldBeTrue();
        var refused = await _org.RefusedAsync(HttpMethod.Post, "/api/v2/cases", Documents.NewCase(_project, "late", new { type_id = type.Id() }), 404);
        refused.Text("title").ShouldBe("case_type not found");
    }

    [Fact]
    public async Task A_status_in_use_stays()
    {
        var type = await NewTypeAsync(Statuses(["New", "Seen"], ["Doing"], ["Done"]));
        await _org.NewCaseAsync(_project, more: new { type_id = type.Id() });

        var refused = await _org.RefusedAsync(HttpMethod.Put, $"{Path}/{type.Id()}", Type(null, Statuses(["Seen"], ["Doing"], ["Done"])), 400);
        refused.Text("detail")!.ShouldContain("status New is in use");
        await _org.PutAsync($"{Path}/{type.Id()}", Type("Renamed", Statuses(["New"], ["Doing", "Stuck"], ["Done"])));
        var listed = (await _org.GetAsync(Path)).Data()[6].Attributes();
        listed.Text("name").ShouldBe("Renamed");
        listed.GetProperty("statuses_config").GetProperty("in_progress").GetProperty("status_options").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task What_is_no_type_is_refused()
    {
        await _org.RefusedAsync(HttpMethod.Post, Path, Type("", null), 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, new { data = new { type = "case_type", attributes = new { name = "x", emoji = "no" } } }, 400);
        await _org.RefusedAsync(HttpMethod.Post, Path, Type("x", new { open = new { } }), 400);
        await _org.RefusedAsync(HttpMethod.Put, $"{Path}/{Guid.NewGuid()}", Type("x", null), 404);
        await _org.RefusedAsync(HttpMethod.Put, $"{Path}/{Documents.StandardType}", Type("x", null), 403);
        await _org.RefusedAsync(HttpMethod.Delete, $"{Path}/{Documents.StandardType}", null, 403);
    }

    [Fact]
    public async Task An_attribute_of_a_built_in_type_belongs_to_the_organisation_that_defined_it()
    {
        var other = await fixture.NewOrgAsync();
        var mine = await DefineAsync(_org, Documents.StandardType, new { key = "cost", display_name = "Cost", type = "NUMBER", is_multi = false });
        var theirs = await DefineAsync(other, Documents.StandardType, new { key = "cost", display_name = "Cost", type = "TEXT", is_multi = true });

        mine.Id().ShouldNotBe(theirs.Id());
        mine.Attributes().Text("case_type").ShouldBe("STANDARD");
        (await _org.GetAsync($"{Path}/custom_attributes")).Data().EnumerateArray().Select(one => one.Id()).ShouldBe([mine.Id()]);
        (await other.GetAsync($"{Path}/{Documents.StandardType}/custom_attributes")).Data().EnumerateArray().Select(one => one.Id()).ShouldBe([theirs.Id()]);
        await _org.RefusedAsync(
            HttpMethod.Post, $"{Path}/{Documents.StandardType}/custom_attributes",
            Definition(new { key = "COST", display_name = "Again", type = "TEXT", is_multi = true }), 400);
    }

    [Fact]
    public async Task Values_are_set_shown_found_and_cleared()
    {
        var type = await NewTypeAsync();
        await DefineAsync(_org, type.Id(), new { key = "region", display_name = "Region", type = "SELECT", is_multi = true, type_data = new { options = new[] { new { value = "eu" }, new { value = "us" } } } });
        await DefineAsync(_org, type.Id(), new { key = "cost", display_name = "Cost", type = "NUMBER", is_multi = false });
        var path = $"/api/v2/cases/{(await _org.NewCaseAsync(_project, more: new { type_id = type.Id() })).Id()}";

        await _org.PostAsync($"{path}/custom_attributes/region", Value("SELECT", true, new[] { "eu", "us" }));
        var changed = (await _org.PostAsync($"{path}/custom_attributes/cost", Value("NUMBER", false, 1.5))).Data().Attributes();
        changed.GetProperty("custom_attributes").GetRawText()
            .ShouldBe("""{"cost":{"is_multi":false,"type":"NUMBER","value":1.5},"region":{"is_multi":true,"type":"SELECT","value":["eu","us"]}}""");
        (await _org.GetAsync("/api/v2/cases?filter=region:eu")).Data().GetArrayLength().ShouldBe(1);
        (await _org.GetAsync("/api/v2/cases?filter=cost:[1+TO+2]")).Data().GetArrayLength().ShouldBe(1);
        (await _org.GetAsync("/api/v2/cases?filter=cost:>2")).Data().GetArrayLength().ShouldBe(0);

        using var cleared = await _org.SendRawAsync(HttpMethod.Delete, $"{path}/custom_attributes/cost", null);
        (await cleared.JsonAsync()).Data().Attributes().GetProperty("custom_attributes").Has("cost").ShouldBeFalse();
        using var again = await _org.SendRawAsync(HttpMethod.Delete, $"{path}/custom_attributes/cost", null);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        var unknown = await _org.RefusedAsync(HttpMethod.Delete, $"{path}/custom_attributes/colour", null, 404);
        unknown.GetProperty("meta").Text("key").ShouldBe("colour");
    }

    [Fact]
    public async Task A_value_that_does_not_fit_is_refused()
    {
        await DefineAsync(_org, Documents.StandardType, new { key = "cost", display_name = "Cost", type = "NUMBER", is_multi = false });
        var path = $"/api/v2/cases/{(await _org.NewCaseAsync(_project)).Id()}/custom_attributes/cost";

        await _org.RefusedAsync(HttpMethod.Post, path, Value("TEXT", false, "much"), 400);
        await _org.RefusedAsync(HttpMethod.Post, path, Value("NUMBER", true, new[] { 1 }), 400);
        await _org.RefusedAsync(HttpMethod.Post, path, Value("NUMBER", false, "1"), 400);
        await _org.RefusedAsync(HttpMethod.Post, path, Value("NUMBER", false, new { }), 400);
        await _org.RefusedAsync(HttpMethod.Post, path, Value("FLOAT", false, 1), 400);
        await _org.RefusedAsync(HttpMethod.Post, path, """{"data":{"type":"case","attributes":{"type":"NUMBER","is_multi":false,"value":1e999999}}}""", 400);
    }

    [Fact]
    public async Task A_required_value_is_asked_for_on_opening()
    {
        await DefineAsync(_org, Documents.StandardType, new { key = "cost", display_name = "Cost", type = "NUMBER", is_multi = false, is_required = true });

        await _org.RefusedAsync(HttpMethod.Post, "/api/v2/cases", Documents.NewCase(_project, "without"), 400);
        var opened = await _org.NewCaseAsync(_project, "with", new { custom_attributes = new { cost = new { type = "NUMBER", is_multi = false, value = 3 } } });
        opened.Attributes().Has("modified_at").ShouldBeFalse();
        opened.Attributes().GetProperty("custom_attributes").GetProperty("cost").GetProperty("value").GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task A_definition_is_changed_and_removed_and_values_stay()
    {
        var defined = await DefineAsync(_org, Documents.StandardType, new { key = "cost", display_name = "Cost", type = "TEXT", is_multi = false });
        var path = $"/api/v2/cases/{(await _org.NewCaseAsync(_project)).Id()}";
        await _org.PostAsync($"{path}/custom_attributes/cost", Value("TEXT", false, "much"));
        var one = $"{Path}/{Documents.StandardType}/custom_attributes/{defined.Id()}";

        await _org.PutAsync(one, Definition(new { display_name = "Price", map_from = "cf_1" }));
        var listed = (await _org.GetAsync($"{Path}/custom_attributes")).Data()[0].Attributes();
        (listed.Text("display_name"), listed.Text("map_from")).ShouldBe(("Price", "cf_1"));
        await _org.DeleteAsync(one);
        await _org.DeleteAsync(one);
        (await _org.GetAsync($"{Path}/custom_attributes")).Data().GetArrayLength().ShouldBe(0);
        (await _org.GetAsync(path)).Data().Attributes().GetProperty("custom_attributes").Has("cost").ShouldBeTrue();
        await _org.RefusedAsync(HttpMethod.Put, one, Definition(new { display_name = "Late" }), 404);
        await _org.RefusedAsync(HttpMethod.Put, $"{Path}/{Documents.StandardType}/custom_attributes/7", Definition(new { }), 400);
        (await _org.RefusedAsync(
            HttpMethod.Post, $"{Path}/{Guid.NewGuid()}/custom_attributes",
            Definition(new { key = "k", display_name = "K", type = "TEXT", is_multi = false }), 404)).Text("title").ShouldBe("case_type not found");
    }

    [Fact]
    public async Task A_reader_changes_no_type()
    {
        var reader = await _org.AsNewUserAsync(Roles.ReadOnly);

        await reader.GetAsync(Path);
        await reader.RefusedAsync(HttpMethod.Post, Path, Type("x", null), 403);
    }

    private async Task<JsonElement> NewTypeAsync(object? statuses = null) =>
        (await _org.PostAsync(Path, Type("Investigation", statuses), HttpStatusCode.Created)).Data();

    private static async Task<JsonElement> DefineAsync(RunningOrg org, string type, object attributes) =>
        (await org.PostAsync($"{Path}/{type}/custom_attributes", Definition(attributes), HttpStatusCode.Created)).Data();

    private static object Definition(object attributes) => new { data = new { type = "custom_attribute", attributes } };

    private static object Type(string? name, object? statuses) =>
        new { data = new { type = "case_type", attributes = new { name, statuses_config = statuses } } };

    private static object Value(string type, bool isMulti, object value) => Documents.Case(new { type, is_multi = isMulti, value });

    private static object Statuses(string[] open, string[] doing, string[] closed) =>
        new { open = Set(open), in_progress = Set(doing), closed = Set(closed) };

    private static object Set(string[] names) => new { @default = names[0], status_options = names.Select(name => new { name }) };
}
