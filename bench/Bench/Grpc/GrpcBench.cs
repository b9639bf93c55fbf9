using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Switchboard.Bench.Gateway;

namespace Switchboard.Bench.Grpc;

/// <summary>
/// What the gRPC layer costs against plain HTTP/2 of the same server, what reading a case through it costs, how fast a change reaches a
/// thousand watchers, and how fast cases are imported.
/// </summary>
internal static class GrpcBench
{
    private const int Cases = 500;
    private const int Rounds = 3;
    private const int Connections = 4;
    private const int Streams = 32;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);

    /// <summary>The parts by name, each of which also runs alone: <c>grpc/watch</c>. Each begins on fresh data.</summary>
    public static IReadOnlyDictionary<string, Func<CancellationToken, Task<IReadOnlyList<Figure>>>> Parts { get; } =
        new SortedDictionary<string, Func<CancellationToken, Task<IReadOnlyList<Figure>>>>(StringComparer.Ordinal)
        {
            ["calls"] = token => WithSiloAsync(async silo => await CallsAsync(silo, await OpenCasesAsync(silo, token), token), [], token),
            ["import"] = token => WithSiloAsync(
                async silo => await ImportBench.RunAsync(silo, await CreateProjectAsync(silo, token), token), ["--Roles:Enabled=grains,gateway"], token),
            ["watch"] = token => WithSiloAsync(
                async silo => await WatchBench.RunAsync(silo, await OpenCasesAsync(silo, token), token), ["--Nexus:ConnectionsPerOrganisation=2000"], token),
        };

    /// <summary>Runs all parts.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        List<Figure> figures = [];
        foreach (var part in Parts.Values)
        {
            figures.AddRange(await part(cancellationToken));
        }

        return figures;
    }

    private static async Task<IReadOnlyList<Figure>> WithSiloAsync(
        Func<SiloUnderTest, Task<IReadOnlyList<Figure>>> measure, string[] settings, CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("switchboard-bench").FullName;
        using (var open = Process.Start("chmod", ["755", data]))
        {
            // The private PostgreSQL runs as another user, who must get through.
            await open.WaitForExitAsync(cancellationToken);
        }

        try
        {
            await using var silo = await SiloUnderTest.StartAsync(data, cancellationToken, settings);
            return await measure(silo);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<Figure>> CallsAsync(SiloUnderTest silo, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var plain = Http2Connection.HeadersOf(silo.Grpc, "/bench/plaintext", ("content-type", "application/octet-stream"), silo.Keys[0], silo.Keys[1]);
        var empty = HeadersOf(silo, "/grpc.health.v1.Health/Check");
        var read = HeadersOf(silo, "/switchboard.cases.v1.CaseApi/GetCase");
        byte[][] nothing = [Http2Connection.MessageOf([])];
        var reads = ids.Select(id => Http2Connection.MessageOf([0x0A, (byte)id.Length, .. Encoding.ASCII.GetBytes(id)])).ToList();

        var rates = new List<(double Plain, double Empty, double Read)>();
        for (var round = 0; round <= Rounds; round++)
        {
            rates.Add((
                await MeasureAsync(silo, plain, nothing, 13, cancellationToken),
                await MeasureAsync(silo, empty, nothing, 5, cancellationToken),
                await MeasureAsync(silo, read, reads, 100, cancellationToken)));
        }

        // The first round warms up.
        rates.RemoveAt(0);
        return
        [
            new Figure("plaintext POST over HTTP/2", Median(rates.Select(one => one.Plain)), "requests/s", null, null),
            new Figure("empty unary rpc", Median(rates.Select(one => one.Empty)), "calls/s", null, null),
            new Figure("GetCase", Median(rates.Select(one => one.Read)), "calls/s", null, null),
            new Figure("empty unary rpc against plaintext POST", Median(rates.Select(one => one.Empty / one.Plain)), "times", 0.6, null),
            new Figure("GetCase against the empty unary rpc", Median(rates.Select(one => one.Read / one.Empty)), "times", 0.4, null),
        ];
    }

    /// <summary>The headers of a call with the development organisation's keys.</summary>
    internal static byte[] HeadersOf(SiloUnderTest silo, string path) => Http2Connection.HeadersOf(
        silo.Grpc, path, ("content-type", "application/grpc"), ("te", "trailers"), silo.Keys[0], silo.Keys[1]);

    private static Task<double> MeasureAsync(
        SiloUnderTest silo, byte[] headers, IReadOnlyList<byte[]> bodies, int leastAnswer, CancellationToken cancellationToken) =>
        Http2Load.RunAsync(silo.Grpc, headers, bodies, leastAnswer, Connections, Streams, Window, cancellationToken);

    private static async Task<IReadOnlyList<string>> OpenCasesAsync(SiloUnderTest silo, CancellationToken cancellationToken)
    {
        var project = await CreateProjectAsync(silo, cancellationToken);
        using var connection = await RawConnection.OpenAsync(silo.Address, cancellationToken);
        var ids = new List<string>();
        for (var number = 0; number < Cases; number++)
        {
            ids.Add(await CreateAsync(connection, silo.Request("POST", "/api/v2/cases", JsonSerializer.Serialize(new
            {
                data = new
                {
                    type = "case",
                    attributes = new
                    {
                        title = $"Case {number} of the bench",
                        description = "What happened, where, since when, and who has looked at it so far.",
                        type_id = "00000000-0000-0000-0000-000000000001",
                        attributes = new { team = new[] { "noc" }, service = new[] { "web", "db" } },
                    },
                    relationships = new { project = new { data = new { id = project, type = "project" } } },
                },
            })), cancellationToken));
        }

        return ids;
    }

    private static async Task<string> CreateProjectAsync(SiloUnderTest silo, CancellationToken cancellationToken)
    {
        using var connection = await RawConnection.OpenAsync(silo.Address, cancellationToken);
        const string Project = """{"data":{"type":"project","attributes":{"key":"BENCH","name":"Bench"}}}""";
        return await CreateAsync(connection, silo.Request("POST", "/api/v2/cases/projects", Project), cancellationToken);
    }

    private static async Task<string> CreateAsync(RawConnection connection, byte[] request, CancellationToken cancellationToken)
    {
        var status = await connection.SendAsync(request, cancellationToken);
        using var answer = JsonDocument.Parse(connection.Body);
        return status == 201
            ? answer.RootElement.GetProperty("data").GetProperty("id").GetString()!
            : throw new InvalidOperationException($"Status {status}: {answer.RootElement}");
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
