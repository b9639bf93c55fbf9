using Switchboard.Streams.Tests.Conformance;
using Switchboard.Testing.Postgres;

namespace Switchboard.Streams.Tests.PostgresLog;

public sealed class PostgresLogConformanceTests(ServerFixture server) : StreamConformanceTests, IClassFixture<ServerFixture>
{
    protected override async Task<StreamSite> CreateAsync() => new PostgresLogSite(await TestDatabase.CreateAsync(server.Server));
}
