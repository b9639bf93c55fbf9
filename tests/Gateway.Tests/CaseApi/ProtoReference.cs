using System.Text;
using Google.Protobuf.Reflection;

namespace Switchboard.Gateway.Tests.CaseApi;

/// <summary>Writes the API reference of a package from the comments in its .proto files.</summary>
internal static class ProtoReference
{
    private const int Messages = 4, Enums = 5, Services = 6, Members = 2;

    public static string Of(string package, IReadOnlyList<FileDescriptorProto> files)
    {
        var text = new StringBuilder();
        text.Append($"# {package}\n\nWritten from the comments in `protos/` by `./dev docs`; do not edit. How to call: [gRPC](../grpc.md).\n");
        foreach (var file in files.Where(file => file.Service.Count > 0))
        {
            for (var i = 0; i < file.Service.Count; i++)
            {
                AppendService(text, file, i);
            }
        }

        text.Append("\n## Messages\n");
        foreach (var file in files)
        {
            for (var i = 0; i < file.MessageType.Count; i++)
            {
                AppendMessage(text, file, i);
            }
        }

        if (files.Any(file => file.EnumType.Count > 0))
        {
            text.Append("\n## Enums\n");
        }

        foreach (var file in files)
        {
            for (var i = 0; i < file.EnumType.Count; i++)
            {
                AppendEnum(text, file, i);
            }
        }

        return text.ToString();
    }

    private static void AppendService(StringBuilder text, FileDescriptorProto file, int index)
    {
        var service = file.Service[index];
        text.Append($"\n## Service {service.Name}\n\n{ProtoFiles.CommentOf(file, Services, index)}\n\n| rpc | what it does |\n| --- | --- |\n");
        for (var i = 0; i < service.Method.Count; i++)
        {
            text.Append($"| `{ProtoFiles.SignatureOf(file, service.Method[i])}` | {Cell(ProtoFiles.CommentOf(file, Services, index, Members, i))} |\n");
        }
    }

    private static void AppendMessage(StringBuilder text, FileDescriptorProto file, int index)
    {
        var message = file.MessageType[index];
        text.Append($"\n### {message.Name}\n\n{ProtoFiles.CommentOf(file, Messages, index)}\n");
        if (message.Field.Count == 0)
        {
            return;
        }

        text.Append("\n| field | type | number | meaning |\n| --- | --- | --- | --- |\n");
        for (var i = 0; i < message.Field.Count; i++)
        {
            var field = message.Field[i];
            var oneof = field is { HasOneofIndex: true, Proto3Optional: false } ? $" (one of `{message.OneofDecl[field.OneofIndex].Name}`)" : "";
            var meaning = Cell(ProtoFiles.CommentOf(file, Messages, index, Members, i));
            text.Append($"| `{field.Name}` | `{ProtoFiles.TypeOf(file, message, field)}`{oneof} | {field.Number} |{(meaning.Length > 0 ? $" {meaning}" : "")} |\n");
        }
    }

    private static void AppendEnum(StringBuilder text, FileDescriptorProto file, int index)
    {
        var type = file.EnumType[index];
        text.Append($"\n### {type.Name}\n\n{ProtoFiles.CommentOf(file, Enums, index)}\n\n| value | number | meaning |\n| --- | --- | --- |\n");
        for (var i = 0; i < type.Value.Count; i++)
        {
            var meaning = Cell(ProtoFiles.CommentOf(file, Enums, index, Members, i));
            text.Append($"| `{type.Value[i].Name}` | {type.Value[i].Number} |{(meaning.Length > 0 ? $" {meaning}" : "")} |\n");
        }
    }

    private static string Cell(string comment) => comment.Replace("|", "\\|", StringComparison.Ordinal);
}
