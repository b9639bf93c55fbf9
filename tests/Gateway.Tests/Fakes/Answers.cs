using System.Text.Json;

namespace Switchboard.Gateway.Tests.Fakes;

/// <summary>Reads answers.</summary>
internal static class Answers
{
    public static async Task<string> TextAsync(this HttpResponseMessage response) =>
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response)
    {
        var text = await response.TextAsync();
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>The one error of a refusal.</summary>
    public static async Task<JsonElement> ErrorAsync(this HttpResponseMessage response, int status)
    {
        var text = await response.TextAsync();
        ((int)response.StatusCode).ShouldBe(status, text);
        using var document = JsonDocument.Parse(text);
        document.RootElement.EnumerateObject().Select(member => member.Name).ShouldBe(["errors"]);
        return document.RootElement.GetProperty("errors").EnumerateArray().ShouldHaveSingleItem().Clone();
    }

    public static string? Text(this JsonElement element, string member) =>
        element.TryGetProperty(member, out var value) ? value.GetString() : null;

    public static string? Header(this HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.Single() : null;
}
