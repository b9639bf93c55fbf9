using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Orleans;
using Switchboard.Commands;
using Switchboard.Orgs;
using Switchboard.Silo.Hosting;

namespace Switchboard.Silo.Development;

/// <summary>
/// Sees to it that the organisation of the credentials file exists, with its administrator and its two keys. The file is written
/// before anything is created from it, so a start that was cut off is completed by the next one instead of leaving a second organisation.
/// </summary>
internal sealed partial class DevelopmentOrganisation(IGrainFactory grains, string credentialsFile, ILogger<DevelopmentOrganisation> logger)
{
    private const string Name = "Development";
    private const int LimitedPerSecond = 1;

    /// <summary>Creates what is missing and returns the credentials with the address of this start.</summary>
    /// <exception cref="StartupFailedException">The organisation's parts cannot be created.</exception>
    public async Task<DevelopmentCredentials> EnsureAsync(string baseUrl, CancellationToken cancellationToken)
    {
        var known = DevelopmentCredentials.Read(credentialsFile);
        var credentials = (known ?? DevelopmentCredentials.Create(baseUrl)) with { BaseUrl = baseUrl };
        if (credentials != known)
        {
            credentials.Write(credentialsFile);
        }

        var context = new CommandContext(credentials.OrgId, Actor.System, "development-organisation");
        var org = grains.GetGrain<IOrgGrain>(credentials.OrgId.ToString("N"));
        if (await org.GetAsync(cancellationToken) is null)
        {
            Require(await org.CreateAsync(new CreateOrg(Name), context, cancellationToken), "organisation");
            LogCreated(credentials.OrgId);
        }

        var userId = Derived(credentials.OrgId, "user");
        var user = grains.GetGrain<IUserGrain>(GrainKeys.Of(credentials.OrgId, userId));
        if (await user.GetAsync(cancellationToken) is null)
        {
            var hash = new PasswordHasher<string>().HashPassword(credentials.UserEmail, credentials.UserPassword);
            var create = new CreateUser(credentials.UserEmail, "Developer", null, [Roles.Admin], PasswordHash: hash);
            Require(await user.ExecuteAsync(create, context, cancellationToken), "user");
        }

        await EnsureKeyAsync(KeyKind.Api, "Api", credentials.ApiKey, null, null, context, cancellationToken);
        await EnsureKeyAsync(KeyKind.Application, "Application", credentials.ApplicationKey, userId, null, context, cancellationToken);
        await EnsureKeyAsync(KeyKind.Application, "Limited", credentials.LimitedApplicationKey, userId, LimitedPerSecond, context, cancellationToken);
        return credentials;
    }

    private async Task EnsureKeyAsync(
        KeyKind kind, string name, string text, Guid? userId, int? requestsPerSecond, CommandContext context, CancellationToken cancellationToken)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        var key = grains.GetGrain<IKeyGrain>(hash);
        if (await key.GetAsync(cancellationToken) is null)
        {
            var create = new CreateKey(
                Derived(context.OrgId, name), kind, text[..6], text[^4..], Name, userId, kind == KeyKind.Api ? [SpeechScopes.Owner] : [], null, requestsPerSecond);
            Require(await key.ExecuteAsync(create, context, cancellationToken), $"{name} key");
        }
    }

    // The same on every start, so that creating is repeatable.
    private static Guid Derived(Guid orgId, string what) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{orgId:N}/{what}")).AsSpan(0, 16));

    private static void Require<T>(Outcome<T> outcome, string what)
        where T : class
    {
        if (!outcome.Succeeded)
        {
            throw new StartupFailedException(
                $"The development {what} cannot be created: {outcome.Error.Title}. {outcome.Error.Detail} Run ./dev reset to begin with empty data.");
        }
    }

    [LoggerMessage(5040, LogLevel.Information, "Created the development organisation {OrgId}")]
    private partial void LogCreated(Guid orgId);
}
