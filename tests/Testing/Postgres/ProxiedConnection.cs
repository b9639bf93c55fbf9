using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Switchboard.Testing.Postgres;

/// <summary>One client's connection through a <see cref="PostgresProxy"/>: passes messages on, whole, in both directions.</summary>
internal sealed class ProxiedConnection(PostgresProxy proxy, Socket client, Socket server) : IDisposable
{
    private const int Protocol3 = 196608;

    private readonly byte[] _request = new byte[64];
    private string _applicationName = "";
    private volatile bool _cutAtReady;

    /// <summary>Passes messages until a side closes or a cut was made.</summary>
    public async Task RunAsync()
    {
        await using var fromClient = new NetworkStream(client, ownsSocket: false);
        await using var fromServer = new NetworkStream(server, ownsSocket: false);
        await PassStartupAsync(fromClient, fromServer);
        await Task.WhenAny(PassRequestsAsync(fromClient, fromServer), PassAnswersAsync(fromServer, fromClient)).Unwrap();
    }

    /// <summary>Closes both sides without a word.</summary>
    public void Cut() => Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        client.Dispose();
        server.Dispose();
    }

    /// <summary>The messages before the first that has a type: encryption requests, answered with one byte, then the start-up.</summary>
    private async Task PassStartupAsync(NetworkStream fromClient, NetworkStream fromServer)
    {
        while (true)
        {
            var length = new byte[4];
            await fromClient.ReadExactlyAsync(length);
            var body = new byte[BinaryPrimitives.ReadInt32BigEndian(length) - 4];
            await fromClient.ReadExactlyAsync(body);
            await fromServer.WriteAsync(length);
            await fromServer.WriteAsync(body);
            if (BinaryPrimitives.ReadInt32BigEndian(body) == Protocol3)
            {
                var pairs = Encoding.UTF8.GetString(body.AsSpan(4)).Split('\0');
                var index = Array.IndexOf(pairs, "application_name");
                _applicationName = index >= 0 ? pairs[index + 1] : "";
                return;
            }

            await fromServer.ReadExactlyAsync(_request.AsMemory(0, 1));
            await fromClient.WriteAsync(_request.AsMemory(0, 1));
        }
    }

    private async Task PassRequestsAsync(NetworkStream from, NetworkStream to)
    {
        var (executed, withParameters) = (false, false);
        var message = new byte[8192];
        while (true)
        {
            var length = await ReadMessageAsync(from, message);
            message = length.Buffer;
            var type = (char)message[0];
            withParameters = type == 'B' ? HasParameters(message.AsSpan(5)) : withParameters;
            executed |= type == 'E' && withParameters;
            if (type == 'S' && executed)
            {
                executed = false;
                if (proxy.TryTakeCut(_applicationName, out var point))
                {
                    if (point == CutPoint.BeforeCommit)
                    {
                        Cut();
                        return;
                    }

                    _cutAtReady = true;
                }
            }

            await to.WriteAsync(message.AsMemory(0, length.Length));
        }
    }

    private async Task PassAnswersAsync(NetworkStream from, NetworkStream to)
    {
        var message = new byte[8192];
        while (true)
        {
            var length = await ReadMessageAsync(from, message);
            message = length.Buffer;
            if (!_cutAtReady)
            {
                await to.WriteAsync(message.AsMemory(0, length.Length));
            }
            else if (message[0] == 'Z')
            {
                Cut();
                return;
            }
        }
    }

    /// <summary>Whether a Bind message carries values: two texts, then the formats, then the values.</summary>
    private static bool HasParameters(ReadOnlySpan<byte> bind)
    {
        bind = bind[(bind.IndexOf((byte)0) + 1)..];
        bind = bind[(bind.IndexOf((byte)0) + 1)..];
        var formats = BinaryPrimitives.ReadInt16BigEndian(bind);
        return BinaryPrimitives.ReadInt16BigEndian(bind[(2 + (2 * formats))..]) > 0;
    }

    private static async Task<(byte[] Buffer, int Length)> ReadMessageAsync(NetworkStream from, byte[] buffer)
    {
        await from.ReadExactlyAsync(buffer.AsMemory(0, 5));
        var length = 1 + BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(1));
        if (buffer.Length < length)
        {
            Array.Resize(ref buffer, Math.Max(length, buffer.Length * 2));
        }

        await from.ReadExactlyAsync(buffer.AsMemory(5, length - 5));
        return (buffer, length);
    }
}
