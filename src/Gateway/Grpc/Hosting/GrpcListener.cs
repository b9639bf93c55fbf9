using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Switchboard.Gateway.Grpc.Hosting;

/// <summary>Opens the port of gRPC.</summary>
public static class GrpcListener
{
    private const int DefaultHttpPort = 8080;

    /// <summary>
    /// Listens as <see cref="GrpcOptions"/> say: HTTP/2 alone in plain text (without TLS a client cannot say which version it speaks), or
    /// with a certificate both versions under TLS.
    /// </summary>
    /// <param name="kestrel">The server.</param>
    /// <param name="httpPort">The port of HTTP, from which an unset port of gRPC follows.</param>
    /// <returns>Whether there is such a port.</returns>
    public static bool ListenGrpc(this KestrelServerOptions kestrel, int httpPort)
    {
        var options = kestrel.ApplicationServices.GetRequiredService<IOptions<GrpcOptions>>().Value;
        var http2 = kestrel.Limits.Http2;
        http2.MaxStreamsPerConnection = options.StreamsPerConnection;
        http2.KeepAlivePingDelay = options.KeepAlivePing;
        http2.KeepAlivePingTimeout = options.KeepAliveTimeout;
        if (!options.Enabled)
        {
            return false;
        }

        var port = options.Port ?? (httpPort == DefaultHttpPort ? GrpcOptions.DefaultPort : 0);
        kestrel.Listen(IPAddress.Parse(options.Address), port, listener =>
        {
            if (options.CertificatePath is null)
            {
                listener.Protocols = HttpProtocols.Http2;
            }
            else
            {
                listener.Protocols = HttpProtocols.Http1AndHttp2;
                listener.UseHttps(Load(options));
            }
        });
        return true;
    }

    private static X509Certificate2 Load(GrpcOptions options)
    {
        var path = options.CertificatePath!;
        if (path.EndsWith(".pfx", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".p12", StringComparison.OrdinalIgnoreCase))
        {
            return X509CertificateLoader.LoadPkcs12FromFile(path, options.CertificatePassword);
        }

        return options.CertificatePassword is null
            ? X509Certificate2.CreateFromPemFile(path, options.CertificateKeyPath)
            : X509Certificate2.CreateFromEncryptedPemFile(path, options.CertificatePassword, options.CertificateKeyPath);
    }
}
