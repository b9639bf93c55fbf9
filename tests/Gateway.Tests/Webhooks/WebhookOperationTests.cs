using System.Net;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Webhooks;

/// <summary>Webhooks over REST on the shared gateway; every test has an organisation of its own.</summary>
public sealed class WebhookOperationTests(RunningGatewayFixture gateway)
{
    private const string Path = "/api/v2/integrations/webhooks";

    [Fact]
    public async Task A_webhook_shows_its_secret_once()
    {
        var org = await gateway.NewOrgAsync();
        var project = await org.NewProjectAsync();

        var made = (await org.PostAsync(
            Path,
            Webhook(new { name = "Pager", url = "https://example.com/hook", event_types = new[] { "case.opened" }, project_ids = new[] { project } }),
            HttpStatusCode.Created)).Data();
        var read = (await org.GetAsync($"{Path}/{made.Id()}")).Data().Attributes();

        var secret = made.Attributes().Text("secret").ShouldNotBeNull();
        secret.ShouldStartWith("whsec_");
        read.Has("secret").ShouldBeFalse();
        (read.Text("name"), read.Text("url"), read.Text("secret_hint")).ShouldBe(("Pager", "https://example.com/hook", secret[^4..]));
        read.GetProperty("project_ids").GetRawText().ShouldBe($"""["{project}"]""");
        read.GetProperty("enabled").GetBoolean().ShouldBeTrue();
        (await org.GetAsync(Path)).Data().EnumerateArray().ShouldHaveSingleItem().Attributes().Has("secret").ShouldBeFalse();
    }

    [Fact]
    public async Task A_webhook_is_changed_in_parts_given_a_new_secret_and_deleted()
    {
        var org = await gateway.NewOrgAsync();
        var made = (await org.PostAsync(Path, Webhook(new { name = "a", url = "https://example.com/hook" }), HttpStatusCode.Created)).Data();
        var path = $"{Path}/{made.Id()}";

        var changed = (await org.PatchAsync(path, Webhook(new { enabled = false }))).Data().Attributes();
        var rotated = (await org.PostAsync($"{path}/secret", new { })).Data().Attributes();
        (await org.GetAsync($"{path}/deliveries")).Data().GetArrayLength().ShouldBe(0);
        await org.DeleteAsync(path);

        (changed.Text("name"), changed.GetProperty("enabled").GetBoolean()).ShouldBe(("a", false));
        rotated.Text("secret").ShouldNotBe(made.Attributes().Text("secret"));
        rotated.Has("previous_secret_valid_until").ShouldBeTrue();
        await org.RefusedAsync(HttpMethod.Get, path, null, 404);
    }

    [Fact]
    public async Task Another_organisations_webhook_does_not_exist()
    {
        var (mine, theirs) = (await gateway.NewOrgAsync(), await gateway.NewOrgAsync());
        var made = (await theirs.PostAsync(Path, Webhook(new { name = "a", url = "https://example.com/hook" }), HttpStatusCode.Created)).Data();
        var path = $"{Path}/{made.Id()}";

        await mine.RefusedAsync(HttpMethod.Get, path, null, 404);
        await mine.RefusedAsync(HttpMethod.Patch, path, Webhook(new { enabled = false }), 404);
        await mine.RefusedAsync(HttpMethod.Delete, path, null, 404);
        await mine.RefusedAsync(HttpMethod.Post, $"{path}/secret", null, 404);
        await mine.RefusedAsync(HttpMethod.Get, $"{path}/deliveries", null, 404);
        await mine.RefusedAsync(HttpMethod.Post, $"{path}/deliveries/{Guid.NewGuid()}/replay", null, 404);
        await mine.RefusedAsync(
            HttpMethod.Post,
            $"{path}/replay",
            new { data = new { type = "webhook_replay", attributes = new { from = "2026-01-01T00:00:00Z", to = "2026-01-02T00:00:00Z" } } },
            404);
        (await mine.GetAsync(Path)).Data().GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("http://example.com/")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://[::1]/")]
    [InlineData("not a url")]
    public async Task A_url_that_must_not_be_called_is_refused(string url)
    {
        var org = await gateway.NewOrgAsync();

        await org.RefusedAsync(HttpMethod.Post, Path, Webhook(new { name = "a", url }), 400);
    }

    [Fact]
    public async Task Who_may_only_read_cases_may_not_see_webhooks()
    {
        var org = await gateway.NewOrgAsync();
        var reader = await org.AsNewUserAsync(Roles.ReadOnly);

        await reader.RefusedAsync(HttpMethod.Get, Path, null, 403);
    }

    private static object Webhook(object attributes) => new { data = new { type = "webhook", attributes } };
}
