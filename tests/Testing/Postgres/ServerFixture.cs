using Xunit;

namespace Switchboard.Testing.Postgres;

/// <summary>
/// For <c>IClassFixture&lt;ServerFixture&gt;</c>: a server for one test class alone. Needed by whoever reads the feed, because every
/// transaction on a server, in whatever database, holds up the feeds of all.
/// </summary>
public sealed class ServerFixture : IAsyncLifetime
{
    private TestServer? _server;

    /// <summary>The class's server.</summary>
    public TestServer Server => _server ?? throw new InvalidOperationException("The fixture has not been initialised by xunit.");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
