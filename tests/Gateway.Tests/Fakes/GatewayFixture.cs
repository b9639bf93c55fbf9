namespace Switchboard.Gateway.Tests.Fakes;

/// <summary>One gateway for all tests of a class, which leave nothing behind on it.</summary>
public sealed class GatewayFixture : IAsyncLifetime
{
    internal GatewayServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await GatewayServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
