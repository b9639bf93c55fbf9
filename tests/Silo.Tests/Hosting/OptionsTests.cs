using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Switchboard.Silo.Hosting;
using Switchboard.Silo.Metrics;
using Switchboard.Silo.Telemetry;

namespace Switchboard.Silo.Tests.Hosting;

public sealed class OptionsTests
{
    [Fact]
    public void The_defaults_are_valid_and_bind_to_this_machine_only()
    {
        new HttpOptions().Address.ShouldBe("127.0.0.1");
        new HttpOptionsValidator().Validate(null, new HttpOptions()).Succeeded.ShouldBeTrue();
        new RoleOptionsValidator().Validate(null, new RoleOptions()).Succeeded.ShouldBeTrue();
        new MetricsOptionsValidator().Validate(null, new MetricsOptions()).Succeeded.ShouldBeTrue();
        new TraceExportOptionsValidator().Validate(null, new TraceExportOptions()).Succeeded.ShouldBeTrue();
    }

    [Fact]
    public void A_wrong_value_is_named_with_its_key_and_what_to_set()
    {
        Expect(new HttpOptionsValidator().Validate(null, new HttpOptions { Address = "localhost" }), "Http:Address", "localhost", "127.0.0.1");
        Expect(new HttpOptionsValidator().Validate(null, new HttpOptions { Port = 70000 }), "Http:Port", "70000", "65535");
        Expect(new HttpOptionsValidator().Validate(null, new HttpOptions { ShutdownSeconds = 0 }), "Http:ShutdownSeconds", "30");
        Expect(new RoleOptionsValidator().Validate(null, new RoleOptions { Enabled = "grains,gatway" }), "Roles:Enabled", "gatway", "gateway");
        Expect(new RoleOptionsValidator().Validate(null, new RoleOptions { Enabled = "gateway" }), "Roles:Enabled", "grains");
        Expect(new MetricsOptionsValidator().Validate(null, new MetricsOptions { MaxSeriesPerMetric = 1 }), "Metrics:MaxSeriesPerMetric", "500");
        Expect(new MetricsOptionsValidator().Validate(null, new MetricsOptions { Meters = [] }), "Metrics:Meters");
        Expect(new TraceExportOptionsValidator().Validate(null, new TraceExportOptions { OtlpEndpoint = "collector:4318" }), "Telemetry:OtlpEndpoint", "http://");
        Expect(new TraceExportOptionsValidator().Validate(null, new TraceExportOptions { SampleRatio = double.NaN }), "Telemetry:SampleRatio");
    }

    [Fact]
    public async Task Without_a_database_and_a_folder_the_start_says_what_to_set()
    {
        var refused = await Should.ThrowAsync<StartupFailedException>(() => ResolveAsync([]));

        refused.Message.ShouldContain("Database:Server");
        refused.Message.ShouldContain("Data:Directory");
    }

    [Fact]
    public async Task A_server_gets_one_database_for_each_tenant()
    {
        var choice = await ResolveAsync(new() { ["Database:Server"] = "Host=db.example;Username=u;Password=p" });

        choice.Private.ShouldBeNull();
        choice.Settings.Count.ShouldBe(2);
        choice.Settings.Values.ShouldContain(value => value!.Contains("Database=switchboard_case_management") && value.Contains("Host=db.example"));
        choice.Settings.Values.ShouldContain(value => value!.Contains("Database=switchboard_on_call"));
    }

    [Fact]
    public async Task A_server_that_cannot_be_read_is_refused_without_showing_it()
    {
        var refused = await Should.ThrowAsync<StartupFailedException>(() => ResolveAsync(new() { ["Database:Server"] = "Host=x;Secret=hunter2" }));

        refused.Message.ShouldContain("Database:Server");
        refused.Message.ShouldNotContain("hunter2");
    }

    private static Task<DatabaseChoice> ResolveAsync(Dictionary<string, string?> settings) => DatabaseChoice.ResolveAsync(
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), null, NullLoggerFactory.Instance, CancellationToken.None);

    private static void Expect(ValidateOptionsResult result, params string[] parts)
    {
        result.Failed.ShouldBeTrue();
        foreach (var part in parts)
        {
            result.FailureMessage.ShouldContain(part);
        }
    }
}
