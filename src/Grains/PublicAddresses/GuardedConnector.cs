using System.Net;
using System.Net.Sockets;

namespace Switchboard.Grains.PublicAddresses;

/// <summary>
/// Opens connections to public addresses only. The name is resolved here and the very address that was checked is connected to, so that
/// a name that answers differently the second time gains nothing.
/// </summary>
/// <param name="isAllowed">Whether an address may be called.</param>
/// <param name="setting">The configuration key that allows any address, for messages.</param>
/// <param name="resolve">The addresses of a name.</param>
public sealed class GuardedConnector(Predicate<IPAddress> isAllowed, string setting, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    /// <summary>A connector to public addresses, or to any.</summary>
    /// <param name="allowPrivate">Whether any address will do.</param>
    /// <param name="setting">The configuration key that allows any address, for messages.</param>
    /// <param name="resolve">The addresses of a name.</param>
    public GuardedConnector(bool allowPrivate, string setting, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
        : this(allowPrivate ? static _ => true : AddressRules.IsPublic, setting, resolve)
    {
    }

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="AddressRefusedException">No address of the host may be called.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await AddressesOfAsync(host, cancellationToken);
        for (var i = 0; ; i++)
        {
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(addresses[i], port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (i < addresses.Length - 1)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    /// <summary>The addresses of a host that may be called.</summary>
    /// <exception cref="AddressRefusedException">There is none.</exception>
    public async ValueTask<IPAddress[]> AddressesOfAsync(string host, CancellationToken cancellationToken)
    {
        var all = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        var allowed = Array.FindAll(all, isAllowed);
        return allowed.Length > 0 ? allowed : throw new AddressRefusedException(host, setting, found: all.Length > 0);
    }
}

/// <summary>A host has no address that may be called. The addresses are not named: they would tell an outsider about the inside.</summary>
/// <param name="host">The host.</param>
/// <param name="setting">The configuration key that would allow it.</param>
/// <param name="found">Whether it has any address.</param>
public sealed class AddressRefusedException(string host, string setting, bool found) : IOException(found
    ? $"{host} is not at a public address; private, loopback and link-local addresses are not called ({setting})"
    : $"{host} has no address");
