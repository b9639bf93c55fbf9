using System.Diagnostics;
using System.Net;
using Switchboard.Bench.Gateway;

namespace Switchboard.Bench.Speech.Live;

/// <summary>The whole product as a process of its own, on fresh data, with one engine and no limit that is reached.</summary>
internal sealed class GatewayUnderTest : IAsyncDisposable
{
    private readonly SiloUnderTest _silo;
    private readonly string _data;

    private GatewayUnderTest(SiloUnderTest silo, string data) => (_silo, _data) = (silo, data);

    public IPEndPoint Address => _silo.Address;

    public int ProcessId => _silo.ProcessId;

    /// <summary>A key of the speech API.</summary>
    public string Key => _silo.Keys[0].Value;

    /// <summary>A client of the case API.</summary>
    public HttpClient NewClient() => _silo.NewClient();

    public static async Task<GatewayUnderTest> StartAsync(IPEndPoint engine, CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("switchboard-bench").FullName;
        using (var open = Process.Start("chmod", ["755", data]))
        {
            // The private PostgreSQL runs as another user, who must get through.
            await open.WaitForExitAsync(cancellationToken);
        }

        try
        {
            return new GatewayUnderTest(
                await SiloUnderTest.StartAsync(
                    data,
                    cancellationToken,
                    "--Speech:Pools:default:Nodes:0:Name=stub",
                    $"--Speech:Pools:default:Nodes:0:Url=http://{engine}",
                    "--Speech:Pools:default:Nodes:0:Capacity=10000",
                    "--Speech:Limits:Live=100000",
                    "--Speech:Limits:Files=100000",
                    "--Speech:Limits:RequestsPerSecond=100000"),
                data);
        }
        catch
        {
            Directory.Delete(data, recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}
