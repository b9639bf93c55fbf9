using System.Net.Http.Headers;
using System.Text.Json;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.Imports;

/// <summary>Sends lines to the import and reads its results.</summary>
internal static class ImportClient
{
    /// <summary>A line with the attributes given, JSON as it is sent.</summary>
    public static string Line(string project, string title, object? more = null, object? relationships = null) => JsonSerializer.Serialize(new
    {
        type = "case",
        attributes = Members(new { title, type_id = Documents.StandardType }, more),
        relationships = Members(new { project = new { data = new { id = project, type = "project" } } }, relationships),
    });

    /// <summary>A reference to a user, as a relationship.</summary>
    public static object User(Guid id) => new { data = new { id, type = "user" } };

    /// <summary>Sends lines; every result, in order.</summary>
    public static async Task<IReadOnlyList<JsonElement>> ImportAsync(this RunningOrg org, Guid receipt, IEnumerable<string> lines, int firstLine = 1)
    {
        using var response = await org.SendImportAsync($"?receipt={receipt}&first_line={firstLine}", new StringContent(string.Join('\n', lines)));
        var text = await response.TextAsync();
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        return Lines(text);
    }

    public static async Task<HttpResponseMessage> SendImportAsync(this RunningOrg org, string query, HttpContent content, string mediaType = "application/x-ndjson")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v2/cases/import{query}") { Content = content };
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        request.Headers.Add("DD-API-KEY", org.ApiKey);
        request.Headers.Add("DD-APPLICATION-KEY", org.ApplicationKey);
        return await org.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static IReadOnlyList<JsonElement> Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];

    public static async Task<JsonElement> ReceiptAsync(this RunningOrg org, Guid receipt) =>
        (await org.GetAsync($"/api/v2/cases/import/{receipt}")).Data().Attributes();

    private static Dictionary<string, object?> Members(params object?[] parts) => parts.OfType<object>()
        .SelectMany(static part => part.GetType().GetProperties().Select(property => (property.Name, Value: property.GetValue(part))))
        .ToDictionary(static one => one.Name, static one => one.Value);
}
