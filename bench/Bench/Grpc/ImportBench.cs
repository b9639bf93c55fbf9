using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Switchboard.Bench.Gateway;

namespace Switchboard.Bench.Grpc;

/// <summary>
/// Many cases through one call of ImportCases. The rows are bytes before the clock starts. The handlers, which follow the log at their own
/// pace, run elsewhere, as in the bench of REST's import.
/// </summary>
internal static class ImportBench
{
    private const int Rows = 20_000;
    private const int WarmUp = 4_000;

    /// <summary>Runs on a host without handlers.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(SiloUnderTest silo, string project, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = Timeout.InfiniteTimeSpan })
        {
            BaseAddress = new Uri($"http://{silo.Grpc}"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = TimeSpan.FromMinutes(5),
        };
        await ImportAsync(client, silo, Write(project, WarmUp), WarmUp, cancellationToken);
        var rows = Write(project, Rows);
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        await ImportAsync(client, silo, rows, Rows, cancellationToken);
        var n = Rows.ToString("N0", CultureInfo.InvariantCulture);
        return [new Figure($"ImportCases: {n} cases in one call", Rows / clock.GetElapsedTime(started).TotalSeconds, "cases/s", 3_000, null)];
    }

    private static async Task ImportAsync(HttpClient client, SiloUnderTest silo, byte[] rows, long count, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/switchboard.cases.v1.CaseApi/ImportCases")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(rows),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        foreach (var (name, value) in silo.Keys)
        {
            request.Headers.Add(name, value);
        }

        using var response = await client.SendAsync(request, cancellationToken);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var status = response.TrailingHeaders.Concat(response.Headers).Where(static header => header.Key == "grpc-status").SelectMany(static header => header.Value).First();
        if (status != "0" || CreatedIn(answer.AsSpan(5)) != count)
        {
            throw new InvalidOperationException($"An import of {count} rows ended with status {status} and {(answer.Length > 5 ? CreatedIn(answer.AsSpan(5)) : 0)} cases.");
        }
    }

    /// <summary>The rows as messages, one behind the other.</summary>
    private static byte[] Write(string project, int count)
    {
        using var all = new MemoryStream(count * 400);
        Span<byte> header = stackalloc byte[5];
        header.Clear();
        for (var i = 0; i < count; i++)
        {
            using var opening = new MemoryStream();
            Text(opening, 1, project);
            Text(opening, 2, "00000000-0000-0000-0000-000000000001");
            Text(opening, 3, string.Create(CultureInfo.InvariantCulture, $"Checkout answers with 502 in eu-west-{i % 7}"));
            Text(opening, 4, string.Create(CultureInfo.InvariantCulture, $"Since 08:52 UTC one in twenty requests to host-{i % 997}.example.test fails. Retries help."));
            opening.Write([0x28, (byte)(2 + (i % 5))]);
            Entry(opening, "service", "checkout");
            Entry(opening, "team", string.Create(CultureInfo.InvariantCulture, $"team{i % 100}"));
            using var row = new MemoryStream();
            Text(row, 1, i.ToString(CultureInfo.InvariantCulture));
            Bytes(row, 2, opening.ToArray());
            BinaryPrimitives.WriteInt32BigEndian(header[1..], (int)row.Length);
            all.Write(header);
            row.WriteTo(all);
        }

        return all.ToArray();
    }

    private static void Entry(MemoryStream to, string key, string value)
    {
        using var list = new MemoryStream();
        Text(list, 1, value);
        using var entry = new MemoryStream();
        Text(entry, 1, key);
        Bytes(entry, 2, list.ToArray());
        Bytes(to, 8, entry.ToArray());
    }

    private static void Text(MemoryStream to, int field, string text) => Bytes(to, field, Encoding.UTF8.GetBytes(text));

    private static void Bytes(MemoryStream to, int field, byte[] bytes)
    {
        to.WriteByte((byte)((field << 3) | 2));
        for (var length = bytes.Length; ; length >>= 7)
        {
            to.WriteByte((byte)(length > 0x7F ? (length & 0x7F) | 0x80 : length));
            if (length <= 0x7F)
            {
                break;
            }
        }

        to.Write(bytes);
    }

    /// <summary>Field 2 of the answer: how many cases were opened.</summary>
    private static long CreatedIn(ReadOnlySpan<byte> message)
    {
        while (message.Length > 0)
        {
            var tag = message[0];
            message = message[1..];
            var value = 0L;
            for (var shift = 0; ; shift += 7)
            {
                var part = message[0];
                message = message[1..];
                value |= (long)(part & 0x7F) << shift;
                if (part < 0x80)
                {
                    break;
                }
            }

            if (tag == 0x10)
            {
                return value;
            }

            message = (tag & 7) == 2 ? message[(int)value..] : message;
        }

        return 0;
    }
}
