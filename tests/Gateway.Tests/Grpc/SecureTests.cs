using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Grpc;
using Switchboard.Gateway.Tests.Grpc.Protos;

namespace Switchboard.Gateway.Tests.Grpc;

/// <summary>TLS, settings, spans. Each test has a server of its own.</summary>
public sealed class SecureTests
{
    private const string Unary = "/switchboard.test.v1.Echo/Unary";

    [Fact]
    public async Task With_a_certificate_one_port_speaks_both_versions_as_the_client_asks()
    {
        var folder = Directory.CreateTempSubdirectory("grpc-tls");
        try
        {
            var (certificate, key) = (Path.Combine(folder.FullName, "tls.crt"), Path.Combine(folder.FullName, "tls.key"));
            using (var rsa = RSA.Create(2048))
            {
                var made = new CertificateRequest("CN=localhost", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                    .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
                await File.WriteAllTextAsync(certificate, made.ExportCertificatePem(), TestContext.Current.CancellationToken);
                await File.WriteAllTextAsync(key, rsa.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
            }

            await using var server = await RpcServer.StartAsync(("Grpc:CertificatePath", certificate), ("Grpc:CertificateKeyPath", key));
            server.Http2.Scheme.ShouldBe("https");
            using var client = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true } });
            foreach (var (version, mediaType) in new[] { (HttpVersion.Version20, "application/grpc"), (HttpVersion.Version11, "application/grpc-web") })
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Http2, Unary))
                {
                    Version = version,
                    VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                    Content = new ByteArrayContent(RpcClient.Frame(new EchoRequest { Text = "secret" }.ToBytes())) { Headers = { ContentType = new(mediaType) } },
                };
                using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
                response.Version.ShouldBe(version);
                var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
                EchoReply.Parser.ParseFrom(RpcAnswer.FramesOf(body)[0].Bytes).Text.ShouldBe("secret");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_call_is_one_span_that_names_its_method_and_outcome()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Microsoft.AspNetCore",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (spans)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using (var server = await RpcServer.StartAsync())
        {
            (await server.Client.CallAsync(Unary, new EchoRequest { Mischief = "refuse" })).Status.ShouldBe(5);
        }

        // Other tests' servers are in this process too.
        lock (spans)
        {
            var span = spans.First(one => one.DisplayName == "switchboard.test.v1.Echo/Unary" && (int)one.GetTagItem("rpc.grpc.status_code")! == 5);
            (span.GetTagItem("rpc.system"), span.GetTagItem("rpc.service"), span.GetTagItem("rpc.method"))
                .ShouldBe(("grpc", "switchboard.test.v1.Echo", "Unary"));
        }
    }

    [Fact]
    public void Settings_that_cannot_work_are_refused_with_their_keys()
    {
        var result = new GrpcOptionsValidator().Validate(null, new GrpcOptions
        {
            Address = "localhost",
            Port = 70_000,
            CertificatePath = "/nowhere/tls.crt",
            MaxReceiveBytes = 1,
            WebOrigins = ["https://desk.example/path"],
        });
        result.Failures!.Count().ShouldBe(5);
        foreach (var key in new[] { "Grpc:Address", "Grpc:Port", "Grpc:CertificatePath", "Grpc:MaxReceiveBytes", "Grpc:WebOrigins" })
        {
            result.FailureMessage!.ShouldContain(key);
        }

        new GrpcOptionsValidator().Validate(null, new GrpcOptions()).ShouldBe(ValidateOptionsResult.Success);
    }
}
