using Microsoft.Extensions.Configuration;
using Switchboard.Silo.Hosting;

namespace Switchboard.Silo.Tests.Hosting;

public sealed class HostConfigurationTests : IDisposable
{
    private const string Variable = "SWITCHBOARD__HTTP__PORT";
    private readonly string _file = Path.GetTempFileName();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        Environment.SetEnvironmentVariable("HTTP__PORT", null);
        File.Delete(_file);
    }

    [Fact]
    public void File_then_environment_then_command_line()
    {
        Read()["Http:Port"].ShouldBe("8080");
        File.WriteAllText(_file, """{"Http":{"Port":8081}}""");
        Read("--config", _file)["Http:Port"].ShouldBe("8081");
        Environment.SetEnvironmentVariable(Variable, "8082");
        Read("--config", _file)["Http:Port"].ShouldBe("8082");
        Read("--config", _file, "--Http:Port", "8083")["Http:Port"].ShouldBe("8083");
    }

    [Fact]
    public void Variables_without_our_prefix_change_nothing()
    {
        Environment.SetEnvironmentVariable("HTTP__PORT", "1");

        Read()["Http:Port"].ShouldBe("8080");
    }

    [Fact]
    public void A_configuration_file_that_is_not_there_stops_the_start() =>
        Should.Throw<StartupFailedException>(() => Read("--config", _file + ".missing")).Message.ShouldContain(_file + ".missing");

    private static ConfigurationManager Read(params string[] args)
    {
        var configuration = new ConfigurationManager();
        HostConfiguration.Use(configuration, args);
        return configuration;
    }
}
