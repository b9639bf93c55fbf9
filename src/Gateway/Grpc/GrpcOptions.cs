using System.Net;
using Microsoft.Extensions.Options;

namespace Switchboard.Gateway.Grpc;

/// <summary>Settings of the gRPC server, configuration section <c>Grpc</c>.</summary>
public sealed class GrpcOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Grpc";

    /// <summary>The port beside the default HTTP port.</summary>
    public const int DefaultPort = 8081;

    /// <summary>Whether there is a port for gRPC. gRPC-Web is served on the HTTP port either way.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// An IP address; only this machine by default, since without a certificate the connection is in plain text (h2c), which cannot share
    /// a port with HTTP/1.1.
    /// </summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port; 0 takes a free one. Not set: 8081 when <c>Http:Port</c> is 8080, else a free one.</summary>
    public int? Port { get; set; }

    /// <summary>A certificate file, PEM or PKCS #12. With it the port speaks TLS, HTTP/2 and HTTP/1.1 as the client asks for (ALPN).</summary>
    public string? CertificatePath { get; set; }

    /// <summary>The private key of a PEM certificate whose file does not contain it.</summary>
    public string? CertificateKeyPath { get; set; }

    /// <summary>The password of the certificate's private key.</summary>
    public string? CertificatePassword { get; set; }

    /// <summary>The largest message that is taken, in bytes, after decompression.</summary>
    public int MaxReceiveBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>The largest message that is sent, in bytes, before compression.</summary>
    public int MaxSendBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Messages from this size on, in bytes, are compressed with gzip for clients that take it; 0 for none.</summary>
    public int CompressFromBytes { get; set; } = 4096;

    /// <summary>Calls at once on one connection.</summary>
    public int StreamsPerConnection { get; set; } = 128;

    /// <summary>After how long a silence a ping asks whether the client is still there.</summary>
    public TimeSpan KeepAlivePing { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the answer to a ping may take before the connection is closed.</summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Whether clients may ask for the descriptions of the services.</summary>
    public bool Reflection { get; set; } = true;

    /// <summary>Origins whose pages may call through gRPC-Web, such as <c>https://desk.example</c>; none by default.</summary>
    public string[] WebOrigins { get; set; } = [];
}

/// <summary>Refuses settings that cannot work, naming the configuration key to change.</summary>
internal sealed class GrpcOptionsValidator : IValidateOptions<GrpcOptions>
{
    private const int LargestMessage = 256 * 1024 * 1024;

    public ValidateOptionsResult Validate(string? name, GrpcOptions options)
    {
        var failures = new List<string>();
        Require(IPAddress.TryParse(options.Address, out _), nameof(options.Address), options.Address, "an IP address such as 127.0.0.1");
        Require(options.Port is null or (>= 0 and <= 65535), nameof(options.Port), options.Port, "1 to 65535, or 0 for any free port");
        Require(
            options.CertificatePath is null || File.Exists(options.CertificatePath),
            nameof(options.CertificatePath), options.CertificatePath, "a file that exists and can be read");
        Require(
            options.CertificateKeyPath is null || File.Exists(options.CertificateKeyPath),
            nameof(options.CertificateKeyPath), options.CertificateKeyPath, "a file that exists and can be read");
        Require(
            options.CertificateKeyPath is null || options.CertificatePath is not null,
            nameof(options.CertificateKeyPath), options.CertificateKeyPath, "nothing, or set CertificatePath too");
        Require(
            options.MaxReceiveBytes is >= 1024 and <= LargestMessage,
            nameof(options.MaxReceiveBytes), options.MaxReceiveBytes, $"1024 to {LargestMessage} bytes");
        Require(
            options.MaxSendBytes is >= 1024 and <= LargestMessage,
            nameof(options.MaxSendBytes), options.MaxSendBytes, $"1024 to {LargestMessage} bytes");
        Require(options.CompressFromBytes >= 0, nameof(options.CompressFromBytes), options.CompressFromBytes, "0 or more bytes");
        Require(
            options.StreamsPerConnection is >= 1 and <= 10_000,
            nameof(options.StreamsPerConnection), options.StreamsPerConnection, "1 to 10000");
        Require(
            options.KeepAlivePing >= TimeSpan.FromSeconds(1), nameof(options.KeepAlivePing), options.KeepAlivePing, "at least 00:00:01");
        Require(
            options.KeepAliveTimeout >= TimeSpan.FromSeconds(1),
            nameof(options.KeepAliveTimeout), options.KeepAliveTimeout, "at least 00:00:01");
        foreach (var origin in options.WebOrigins)
        {
            Require(
                Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.GetLeftPart(UriPartial.Authority) == origin,
                nameof(options.WebOrigins), origin, "scheme, host and port alone, such as https://desk.example");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Require(bool holds, string setting, object? value, string allowed)
        {
            if (!holds)
            {
                failures.Add($"{GrpcOptions.Section}:{setting} is {value}; set it to {allowed}.");
            }
        }
    }
}
