using System.Runtime.Versioning;
using Switchboard.Silo.Development;
using Switchboard.Silo.Hosting;

namespace Switchboard.Silo.Tests.Development;

[UnsupportedOSPlatform("windows")]
public sealed class DevelopmentCredentialsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("switchboard").FullName;

    private string CredentialsFile => Path.Combine(_folder, "dev-credentials.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Only_the_owner_can_read_the_file()
    {
        DevelopmentCredentials.Create("http://127.0.0.1:1").Write(CredentialsFile);

        File.GetUnixFileMode(CredentialsFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void What_was_written_is_read_and_a_rewrite_keeps_the_mode()
    {
        var credentials = DevelopmentCredentials.Create("http://127.0.0.1:1");
        credentials.Write(CredentialsFile);
        DevelopmentCredentials.Read(CredentialsFile).ShouldBe(credentials);

        (credentials with { BaseUrl = "http://127.0.0.1:2" }).Write(CredentialsFile);

        DevelopmentCredentials.Read(CredentialsFile)!.BaseUrl.ShouldBe("http://127.0.0.1:2");
        File.GetUnixFileMode(CredentialsFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void The_file_has_the_documented_members()
    {
        DevelopmentCredentials.Create("http://127.0.0.1:1").Write(CredentialsFile);

        using var document = System.Text.Json.JsonDocument.Parse(File.ReadAllText(CredentialsFile));
        document.RootElement.EnumerateObject().Select(member => member.Name).ShouldBe(
            ["base_url", "org_id", "api_key", "application_key", "user_email", "user_password"]);
    }

    [Fact]
    public void Every_organisation_gets_secrets_of_its_own()
    {
        var (one, two) = (DevelopmentCredentials.Create("http://x"), DevelopmentCredentials.Create("http://x"));

        one.ApiKey.ShouldNotBe(two.ApiKey);
        one.ApplicationKey.ShouldNotBe(two.ApplicationKey);
        one.UserPassword.ShouldNotBe(two.UserPassword);
        one.ApiKey.Length.ShouldBe(32);
        one.ApplicationKey.Length.ShouldBe(40);
    }

    [Fact]
    public void Secrets_do_not_appear_when_it_is_printed()
    {
        var credentials = DevelopmentCredentials.Create("http://x");

        var printed = credentials.ToString();
        printed.ShouldNotContain(credentials.ApiKey);
        printed.ShouldNotContain(credentials.ApplicationKey);
        printed.ShouldNotContain(credentials.UserPassword);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"base_url":null,"org_id":"x"}""")]
    public void A_damaged_file_is_named_with_what_to_do(string text)
    {
        File.WriteAllText(CredentialsFile, text);

        var refused = Should.Throw<StartupFailedException>(() => DevelopmentCredentials.Read(CredentialsFile));
        refused.Message.ShouldContain(CredentialsFile);
        refused.Message.ShouldContain("Delete it");
    }
}
