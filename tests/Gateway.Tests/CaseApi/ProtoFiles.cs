using Google.Protobuf.Reflection;

namespace Switchboard.Gateway.Tests.CaseApi;

/// <summary>The .proto files as protoc reads them, with their comments, which the generated code has lost.</summary>
internal static class ProtoFiles
{
    /// <summary>The files of our packages, by name.</summary>
    public static IReadOnlyList<FileDescriptorProto> Ours { get; } =
    [
        .. FileDescriptorSet.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "protos.bin"))).File
            .Where(file => file.Package.StartsWith("switchboard.", StringComparison.Ordinal))
            .OrderBy(file => file.Name, StringComparer.Ordinal),
    ];

    /// <summary>The comment before a declaration, on one line.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Field numbers and indices in <c>FileDescriptorProto</c> that lead to the declaration.</param>
    public static string CommentOf(FileDescriptorProto file, params int[] path)
    {
        var comment = file.SourceCodeInfo.Location.FirstOrDefault(location => location.Path.SequenceEqual(path))?.LeadingComments ?? "";
        return string.Join(' ', comment.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>A field's type as it is written in the file.</summary>
    public static string TypeOf(FileDescriptorProto file, DescriptorProto message, FieldDescriptorProto field)
    {
        var name = field.TypeName.TrimStart('.');
        if (message.NestedType.FirstOrDefault(nested => $"{file.Package}.{message.Name}.{nested.Name}" == name) is { Options.MapEntry: true } entry)
        {
            return $"map<{TypeOf(file, entry, entry.Field[0])}, {TypeOf(file, entry, entry.Field[1])}>";
        }

        var type = name.Length > 0
            ? (name.StartsWith(file.Package + ".", StringComparison.Ordinal) ? name[(file.Package.Length + 1)..] : name)
            : field.Type.ToString().ToLowerInvariant();
        return field.Label == FieldDescriptorProto.Types.Label.Repeated ? $"repeated {type}" : field.Proto3Optional ? $"optional {type}" : type;
    }

    /// <summary>An rpc's request and response.</summary>
    public static string SignatureOf(FileDescriptorProto file, MethodDescriptorProto rpc)
    {
        return $"{rpc.Name}({Side(rpc.ClientStreaming, rpc.InputType)}) returns ({Side(rpc.ServerStreaming, rpc.OutputType)})";

        string Side(bool streaming, string type) =>
            (streaming ? "stream " : "") + (type.StartsWith($".{file.Package}.", StringComparison.Ordinal) ? type[(file.Package.Length + 2)..] : type[1..]);
    }
}
