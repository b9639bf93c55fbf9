using System.Data.Common;

namespace Switchboard.Streams.Kafka;

/// <summary>The parts of an Event Hubs connection string that its Kafka endpoint needs.</summary>
/// <param name="BootstrapServers">The namespace's host with the port of the Kafka endpoint.</param>
/// <param name="EntityPath">The one event hub that the string is for, or null when it is the namespace's.</param>
internal sealed record EventHubsConnection(string BootstrapServers, string? EntityPath)
{
    /// <summary>The user name that tells the endpoint that the password is a connection string.</summary>
    public const string Username = "$ConnectionString";

    /// <summary>The port of the Kafka endpoint.</summary>
    private const int Port = 9093;

    /// <summary>Reads a connection string; the text of an error never holds any of it.</summary>
    public static bool TryParse(string text, out EventHubsConnection connection, out string error)
    {
        connection = new EventHubsConnection("", null);
        var parts = new DbConnectionStringBuilder();
        try
        {
            parts.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            error = "is not of the form 'Name=value;Name=value'";
            return false;
        }

        if (!parts.TryGetValue("Endpoint", out var endpoint)
            || !Uri.TryCreate((string)endpoint, UriKind.Absolute, out var uri)
            || uri is not { Scheme: "sb", Host.Length: > 0 })
        {
            error = "has no Endpoint=sb://NAMESPACE.servicebus.windows.net/";
            return false;
        }

        if (!parts.ContainsKey("SharedAccessKeyName") || !parts.ContainsKey("SharedAccessKey"))
        {
            error = "has no SharedAccessKeyName and SharedAccessKey";
            return false;
        }

        connection = new EventHubsConnection($"{uri.Host}:{Port}", parts.TryGetValue("EntityPath", out var path) ? (string)path : null);
        error = "";
        return true;
    }
}
