using Switchboard.Streams.Kafka;

namespace Switchboard.Streams.Tests.Kafka;

/// <summary>Shares nothing.</summary>
public sealed class KafkaNativeLibraryTests
{
    [Fact]
    public void The_installed_library_can_do_what_the_client_asks_of_it() =>
        KafkaNativeLibrary.EnsureLoaded().ShouldMatch(@"^\d+\.\d+\.\d+");

    [Fact]
    public void A_library_without_a_function_of_the_consumer_is_refused_by_name() =>
        KafkaNativeLibrary.Missing(name => name != "rd_kafka_consumer_poll").ShouldBe(["rd_kafka_consumer_poll"]);

    [Fact]
    public void The_clients_imports_are_found_by_which_a_pair_is_judged()
    {
        var imports = KafkaNativeLibrary.Imports().ToArray();
        imports.Length.ShouldBeGreaterThan(50);
        imports.ShouldContain("rd_kafka_consumer_poll");
        imports.ShouldContain("rd_kafka_produceva");
    }
}
