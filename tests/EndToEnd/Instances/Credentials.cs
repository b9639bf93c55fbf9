using System.Text.Json;

namespace Switchboard.EndToEnd.Instances;

/// <summary>The credentials file as any program would read it.</summary>
internal sealed record Credentials(Uri BaseUrl, Guid OrgId, string ApiKey, string ApplicationKey, string UserEmail, string UserPassword)
{
    private static readonly JsonSerializerOptions Layout = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Credentials Read(string file) => JsonSerializer.Deserialize<Credentials>(File.ReadAllText(file), Layout)!;
}
