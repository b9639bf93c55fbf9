using System.Globalization;
using System.Net;
using System.Text.Json;
using Switchboard.EndToEnd.Instances;

namespace Switchboard.EndToEnd.Kafka;

/// <summary>Changes of many kinds to cases of two projects, a webhook, and a pair of cases of which one follows the other.</summary>
internal sealed record MixedLoad(string Original, string Duplicate)
{
    private const int Writers = 8;

    /// <summary>Runs to its end.</summary>
    public static async Task<MixedLoad> RunAsync(ApiClient api, Random random)
    {
        await RequireAsync(api, HttpMethod.Post, "/api/v2/integrations/webhooks", "webhook", new { name = "Pager", url = "https://receiver.invalid/hook" });
        string[] projects = [await api.CreateProjectAsync("EAST"), await api.CreateProjectAsync("WEST")];
        var seeds = Enumerable.Range(0, Writers).Select(_ => random.Next()).ToArray();
        await Task.WhenAll(seeds.Select(seed => WriteAsync(api, projects, new Random(seed))));

        var linked = await api.CreateProjectAsync("LINKED");
        var (original, duplicate) = (await api.OpenCaseAsync(linked, "Original"), await api.OpenCaseAsync(linked, "Duplicate"));
        await RequireAsync(api, HttpMethod.Post, "/api/v2/cases/link", "link", new
        {
            relationship = "DUPLICATES",
            parent_entity_type = "CASE",
            parent_entity_id = duplicate,
            child_entity_type = "CASE",
            child_entity_id = original,
        });
        await ChangeAsync(api, original, "status", new { status = "CLOSED" });
        return new MixedLoad(original, duplicate);
    }

    private static async Task WriteAsync(ApiClient api, string[] projects, Random random)
    {
        string[] states = ["OPEN", "IN_PROGRESS", "CLOSED"];
        for (var number = 0; number < 4; number++)
        {
            var id = await api.OpenCaseAsync(projects[random.Next(projects.Length)], Text("Case", number));
            for (var step = 0; step < 8; step++)
            {
                await (random.Next(5) switch
                {
                    0 => ChangeAsync(api, id, "title", new { title = Text("Title", step) }),
                    1 => ChangeAsync(api, id, "priority", new { priority = Text("P", 1 + random.Next(5)) }),
                    2 => ChangeAsync(api, id, "status", new { status = states[random.Next(states.Length)] }),
                    3 => ChangeAsync(api, id, "comment", new { comment = Text("Comment", step) }),
                    _ => ChangeAsync(api, id, "attributes", new { attributes = new { env = new[] { Text("env", random.Next(3)) } } }),
                });
            }
        }
    }

    private static async Task ChangeAsync(ApiClient api, string id, string field, object attributes)
    {
        var answer = await api.UpdateAsync(id, field, attributes);
        answer.Ok.ShouldBeTrue(answer.Text);
    }

    private static async Task RequireAsync(ApiClient api, HttpMethod method, string path, string type, object attributes) =>
        (await api.SendAsync(method, path, JsonSerializer.Serialize(new { data = new { type, attributes } }))).Require(HttpStatusCode.Created);

    private static string Text(string what, int number) => string.Create(CultureInfo.InvariantCulture, $"{what}{number}");
}
