using Switchboard.Grains.Deliveries;

namespace Switchboard.Handlers.Webhooks;

/// <summary>Finds the keys that seal secrets: the configured ones, else one of the data folder's own.</summary>
internal static class SecretKeys
{
    private const string FileName = "webhook-secret.key";

    /// <summary>The box for these settings; without a key when there is neither a configured one nor a data folder.</summary>
    public static SecretBox BoxOf(WebhookOptions options, string? dataDirectory)
    {
        var keys = new List<byte[]>();
        if (options.SecretKey.Length > 0)
        {
            keys.Add(Convert.FromBase64String(options.SecretKey));
        }

        if (options.PreviousSecretKey.Length > 0)
        {
            keys.Add(Convert.FromBase64String(options.PreviousSecretKey));
        }

        // A key that an earlier run made still opens what it sealed, after a key was configured too.
        if (dataDirectory is { Length: > 0 } && ReadOrMake(Path.Combine(dataDirectory, FileName), mayMake: keys.Count == 0) is { } own)
        {
            keys.Add(own);
        }

        return new SecretBox([.. keys]);
    }

    private static byte[]? ReadOrMake(string path, bool mayMake)
    {
        if (!File.Exists(path))
        {
            if (!mayMake)
            {
                return null;
            }

            var made = new byte[SecretBox.KeyLength];
            System.Security.Cryptography.RandomNumberGenerator.Fill(made);
            var access = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                access.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var file = new FileStream(path, access);
            file.Write(made);
            return made;
        }

        var key = File.ReadAllBytes(path);
        return key.Length == SecretBox.KeyLength
            ? key
            : throw new InvalidOperationException(
                $"'{path}' should hold the {SecretBox.KeyLength} bytes that seal webhooks' secrets but has {key.Length}; put the right file back, "
                + "or delete it and rotate the secret of every webhook.");
    }
}
