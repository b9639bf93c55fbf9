using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Switchboard.Gateway.Speech.Files;

/// <summary>The body that names media instead of being it: <c>{"url":"https://..."}</c>.</summary>
internal static class MediaAddress
{
    private const int LongestJson = 64 * 1024;

    /// <summary>Whether the body is one, by its content type.</summary>
    public static bool IsExpected(HttpRequest http) =>
        http.ContentType is { } type && type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase);

    /// <summary>The address, or null when there is none.</summary>
    public static async Task<string?> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestJson];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        try
        {
            using var json = JsonDocument.Parse(buffer.AsMemory(0, length));
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("url"u8, out var url)
                && url.ValueKind == JsonValueKind.String ? url.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
