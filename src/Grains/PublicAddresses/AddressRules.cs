using System.Net;
using System.Net.Sockets;

namespace Switchboard.Grains.PublicAddresses;

/// <summary>
/// Which addresses are public. What is not can be the neighbour, the machine itself or a cloud's metadata service, which a customer's
/// webhook or media address must not reach through us (IANA special-purpose registries, RFC 6890).
/// </summary>
public static class AddressRules
{
    private static readonly IPNetwork[] Refused4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32", // Azure's own services for a virtual machine
        }.Select(IPNetwork.Parse),
    ];

    // Only global unicast is public at all; of that, what embeds another address or is none of anybody's is not.
    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] Refused6 =
        [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(IPNetwork.Parse)];

    /// <summary>Whether the address may be called.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !Array.Exists(Refused4, network => network.Contains(address)),
            AddressFamily.InterNetworkV6 => Global6.Contains(address) && !Array.Exists(Refused6, network => network.Contains(address)),
            _ => false,
        };
    }
}
