using Google.Protobuf;
using Grpc.Health.V1;
using Grpc.Reflection.V1;

namespace Switchboard.Gateway.Tests.Grpc;

/// <summary>The two services that every server has.</summary>
public sealed class HealthAndReflectionTests
{
    private const string Check = "/grpc.health.v1.Health/Check";

    [Fact]
    public async Task Health_knows_the_server_and_its_services()
    {
        await using var server = await RpcServer.StartAsync();
        foreach (var name in new[] { "", "switchboard.test.v1.Echo", "grpc.health.v1.Health" })
        {
            var answer = await server.Client.CallAsync(Check, new HealthCheckRequest { Service = name });
            answer.Messages(HealthCheckResponse.Parser).Single().Status.ShouldBe(HealthCheckResponse.Types.ServingStatus.Serving);
        }

        (await server.Client.CallAsync(Check, new HealthCheckRequest { Service = "nothing" })).Status.ShouldBe(5);
    }

    [Theory]
    [InlineData("", HealthCheckResponse.Types.ServingStatus.Serving)]
    [InlineData("nothing", HealthCheckResponse.Types.ServingStatus.ServiceUnknown)]
    public async Task Watching_health_tells_at_once_how_it_is(string name, object expected)
    {
        await using var server = await RpcServer.StartAsync();
        using var response = await server.Client.OpenAsync(
            "/grpc.health.v1.Health/Watch", new ByteArrayContent(RpcClient.Frame(new HealthCheckRequest { Service = name }.ToBytes())));
        var first = new byte[7];
        await (await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)).ReadExactlyAsync(first, TestContext.Current.CancellationToken);
        HealthCheckResponse.Parser.ParseFrom(RpcAnswer.FramesOf(first).Single().Bytes).Status
            .ShouldBe((HealthCheckResponse.Types.ServingStatus)expected);
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v1alpha")]
    public async Task Reflection_describes_the_services_with_all_that_they_import(string version)
    {
        await using var server = await RpcServer.StartAsync();
        var answers = await AskAsync(
            server,
            version,
            new ServerReflectionRequest { ListServices = "" },
            new ServerReflectionRequest { FileContainingSymbol = "switchboard.test.v1.Echo.Unary" },
            new ServerReflectionRequest { FileByFilename = "echo.proto" },
            new ServerReflectionRequest { FileContainingSymbol = "no.such.Thing" },
            new ServerReflectionRequest { AllExtensionNumbersOfType = "switchboard.test.v1.EchoRequest" });
        answers[0].ListServicesResponse.Service.Select(service => service.Name).ShouldBe(
            ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "switchboard.test.v1.Echo"]);
        var file = Google.Protobuf.Reflection.FileDescriptorProto.Parser.ParseFrom(answers[1].FileDescriptorResponse.FileDescriptorProto[^1]);
        file.Service.Single().Method.Select(method => method.Name).ShouldBe(["Unary", "Collect", "Repeat", "Chat"]);
        answers[2].FileDescriptorResponse.ShouldBe(answers[1].FileDescriptorResponse);
        answers[3].ErrorResponse.ErrorCode.ShouldBe(5);
        answers[4].AllExtensionNumbersResponse.BaseTypeName.ShouldBe("switchboard.test.v1.EchoRequest");
    }

    [Fact]
    public async Task Reflection_can_be_switched_off()
    {
        await using var server = await RpcServer.StartAsync(("Grpc:Reflection", "false"));
        var answer = await server.Client.CallAsync(
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", new ServerReflectionRequest { ListServices = "" });
        answer.Status.ShouldBe(12);
    }

    private static async Task<List<ServerReflectionResponse>> AskAsync(RpcServer server, string version, params ServerReflectionRequest[] questions)
    {
        var answer = await server.Client.CallAsync(
            $"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo", questions.Cast<IMessage>());
        answer.Status.ShouldBe(0);
        return [.. answer.Messages(ServerReflectionResponse.Parser)];
    }
}
