using System.Security.Cryptography;
using System.Text;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Fakes;

/// <summary>An organisation with one user and the two keys that a client sends.</summary>
internal sealed class FakeOrg
{
    private readonly FakeGrains _grains;

    public FakeOrg(FakeGrains grains, params string[] roles)
    {
        _grains = grains;
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        User = new UserSnapshot
        {
            OrgId = Id,
            Id = Guid.NewGuid(),
            Version = 1,
            Email = "ana@example.test",
            Name = "Ana",
            Roles = [.. roles.Length == 0 ? [Roles.Admin] : roles],
            Verified = true,
            CreatedAt = at,
        };
        Api = NewKey(KeyKind.Api, ApiKey, null, at);
        Application = NewKey(KeyKind.Application, ApplicationKey, User.Id, at);
        Save();
    }

    public Guid Id { get; } = Guid.NewGuid();

    public string ApiKey { get; } = Guid.NewGuid().ToString("N");

    public string ApplicationKey { get; } = $"{Guid.NewGuid():N}app";

    public UserSnapshot User { get; set; }

    public KeySnapshot Api { get; set; }

    public KeySnapshot Application { get; set; }

    /// <summary>Makes the grains know the present state.</summary>
    public void Save()
    {
        _grains.Users[GrainKeys.Of(Id, User.Id)] = User;
        _grains.Keys[Api.Hash] = Api;
        _grains.Keys[Application.Hash] = Application;
    }

    /// <summary>Another application key of the same user; returns its text.</summary>
    public string AddApplicationKey(params string[] scopes)
    {
        var text = $"{Guid.NewGuid():N}more";
        var key = NewKey(KeyKind.Application, text, User.Id, User.CreatedAt) with { Scopes = [.. scopes] };
        _grains.Keys[key.Hash] = key;
        return text;
    }

    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private KeySnapshot NewKey(KeyKind kind, string text, Guid? userId, DateTimeOffset at) => new()
    {
        OrgId = Id,
        Id = Guid.NewGuid(),
        Version = 1,
        Kind = kind,
        Hash = HashOf(text),
        Prefix = text[..4],
        Last4 = text[^4..],
        Name = kind.ToString(),
        UserId = userId,
        CreatedAt = at,
    };
}
