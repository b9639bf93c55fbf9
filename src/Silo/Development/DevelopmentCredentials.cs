using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Switchboard.Silo.Development;

/// <summary>What a developer needs to call the API; the only place where the keys of the development organisation are readable.</summary>
internal sealed record DevelopmentCredentials(
    string BaseUrl,
    Guid OrgId,
    string ApiKey,
    string ApplicationKey,
    string UserEmail,
    string UserPassword)
{
    private static readonly JsonSerializerOptions Layout = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>
    /// An application key that admits one request a second, for trying out what a client does when it is told to wait: the first 40 digits of SHA-256 of
    /// <c>{ApplicationKey}/limited</c>.
    /// </summary>
    [JsonIgnore]
    public string LimitedApplicationKey => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{ApplicationKey}/limited")))[..40];

    /// <summary>New random ones.</summary>
    public static DevelopmentCredentials Create(string baseUrl) => new(
        baseUrl,
        Guid.CreateVersion7(),
        RandomNumberGenerator.GetHexString(32, lowercase: true),
        RandomNumberGenerator.GetHexString(40, lowercase: true),
        "developer@switchboard.example",
        RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 24));

    /// <summary>Reads the file; null when there is none.</summary>
    /// <exception cref="Hosting.StartupFailedException">The file is damaged.</exception>
    public static DevelopmentCredentials? Read(string file)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<DevelopmentCredentials>(File.ReadAllText(file), Layout);
        }
        catch (JsonException error)
        {
            throw new Hosting.StartupFailedException(
                $"'{file}' is damaged ({error.Message}). Delete it to get a new development organisation with new keys.", error);
        }
    }

    /// <summary>Writes the file so that only its owner can read it, as a whole or not at all.</summary>
    public void Write(string file)
    {
        var temporary = file + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this, Layout) + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, file, overwrite: true);
    }

    /// <summary>The keys and the password stay out of logs.</summary>
    public override string ToString() => $"credentials of {UserEmail} in organisation {OrgId}";
}
