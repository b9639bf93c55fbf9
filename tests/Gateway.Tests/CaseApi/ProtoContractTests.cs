using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Gateway.CaseApi;
using Switchboard.Gateway.Grpc.Hosting;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Tests.Fakes;

namespace Switchboard.Gateway.Tests.CaseApi;

/// <summary>
/// The gRPC contract in brief, checked in beside this file, and the reference in <c>docs/api</c>: a change of the .proto files is seen in
/// review. A wanted difference is accepted by running the tests with <c>SWITCHBOARD_ACCEPT_CONTRACTS=1</c> (<c>./dev docs</c>).
/// </summary>
public sealed class ProtoContractTests
{
    [Fact]
    public async Task The_gRPC_contract_is_the_one_that_was_agreed()
    {
        var text = new StringBuilder();
        foreach (var file in ProtoFiles.Ours)
        {
            foreach (var service in file.Service)
            {
                text.Append($"service {file.Package}.{service.Name}\n");
                foreach (var rpc in service.Method)
                {
                    text.Append($"  {ProtoFiles.SignatureOf(file, rpc)}\n");
                }
            }

            foreach (var message in file.MessageType)
            {
                text.Append($"message {file.Package}.{message.Name}\n");
                foreach (var field in message.Field)
                {
                    text.Append($"  {field.Number} {field.Name}: {ProtoFiles.TypeOf(file, message, field)}\n");
                }
            }

            foreach (var type in file.EnumType)
            {
                text.Append($"enum {file.Package}.{type.Name}\n");
                foreach (var value in type.Value)
                {
                    text.Append($"  {value.Number} {value.Name}\n");
                }
            }
        }

        await AppendMissingAsync(text);
        ShouldMatch(text.ToString(), "RpcContract.txt", "RpcContract.txt");
    }

    [Fact]
    public void The_reference_says_what_the_proto_files_say()
    {
        foreach (var package in ProtoFiles.Ours.GroupBy(file => file.Package))
        {
            ShouldMatch(ProtoReference.Of(package.Key, [.. package]), $"../../../docs/api/{package.Key}.md", $"{package.Key}.md");
        }
    }

    [Fact]
    public void Everything_in_the_proto_files_is_explained()
    {
        foreach (var file in ProtoFiles.Ours)
        {
            for (var i = 0; i < file.MessageType.Count; i++)
            {
                ProtoFiles.CommentOf(file, 4, i).ShouldNotBeEmpty($"{file.Name}: message {file.MessageType[i].Name}");
            }

            for (var i = 0; i < file.Service.Count; i++)
            {
                for (var rpc = 0; rpc < file.Service[i].Method.Count; rpc++)
                {
                    ProtoFiles.CommentOf(file, 6, i, 2, rpc).ShouldNotBeEmpty($"{file.Name}: rpc {file.Service[i].Method[rpc].Name}");
                }
            }
        }
    }

    /// <summary>What REST takes and no message says, so that a new operation or parameter is not forgotten on this side.</summary>
    private static async Task AppendMissingAsync(StringBuilder text)
    {
        await using var server = await GatewayServer.StartAsync();
        var operations = server.Services.GetServices<IApiOperations>().SelectMany(group => group.Operations).ToDictionary(one => one.Id);
        var rpcs = server.Services.GetServices<IRpcServices>().SelectMany(group => group.Services)
            .SelectMany(service => service.Declaration.Methods).ToLookup(rpc => OperationMethods.OperationOf(rpc.Name));
        text.Append("REST operations without an rpc\n");
        foreach (var id in operations.Keys.Where(id => !rpcs.Contains(id)).Order(StringComparer.Ordinal))
        {
            text.Append($"  {id}\n");
        }

        text.Append("what an operation takes and its rpc does not\n");
        foreach (var rpc in rpcs.SelectMany(group => group).Where(rpc => operations.ContainsKey(OperationMethods.OperationOf(rpc.Name))))
        {
            var operation = operations[OperationMethods.OperationOf(rpc.Name)];
            foreach (var name in new RequestBinding(rpc.InputType, operation).Unbound(operation))
            {
                text.Append($"  {operation.Id}: {name}\n");
            }
        }
    }

    private static void ShouldMatch(string actual, string source, string copy, [CallerFilePath] string test = "")
    {
        if (Environment.GetEnvironmentVariable("SWITCHBOARD_ACCEPT_CONTRACTS") == "1")
        {
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(test)!, source), actual);
            return;
        }

        var file = Path.Combine(AppContext.BaseDirectory, "Protos", copy);
        var agreed = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        actual.ShouldBe(agreed, $"{copy} no longer says what the .proto files say. If the change is wanted, accept it with ./dev docs.");
    }
}
