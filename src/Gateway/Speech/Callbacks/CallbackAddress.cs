using System.Text;

namespace Switchboard.Gateway.Speech.Callbacks;

/// <summary>A callback's address, which may hold the receiver's name and password.</summary>
internal static class CallbackAddress
{
    /// <summary>The address as it may be shown and called.</summary>
    public static Uri WithoutPassword(Uri address) =>
        address.UserInfo.Length == 0 ? address : new UriBuilder(address) { UserName = "", Password = "" }.Uri;

    /// <summary>The header that brings name and password, or null when the address has none.</summary>
    public static string? Authorization(Uri address) => address.UserInfo.Length == 0
        ? null
        : $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Join(':', address.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString))))}";
}
