using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Orleans.Embedded.Generator;

/// <summary>
/// Writes the copier of a serializable type: nothing to do for an immutable one; otherwise a member-wise clone whose mutable members
/// are then replaced by copies, so that constructors do not run and read-only members are no obstacle.
/// </summary>
internal sealed class CopierEmitter(INamedTypeSymbol type, Compilation compilation)
{
    private readonly Copyability _copyability = new(compilation);
    private readonly List<DiagnosticInfo> _diagnostics = [];
    private readonly ITypeParameterSymbol[] _typeParameters = Names.TypeParameters(type);

    private string Self => Names.Full(type);

    internal Output? Emit()
    {
        var name = $"{Names.Namespace(type)}.{Names.Copier(type)}.g.cs";
        if (!Names.IsReachable(type))
        {
            _diagnostics.Add(DiagnosticInfo.Create(Diagnostics.Unreachable, type, Names.Display(type)));
            return new Output(name, "", default, new(_diagnostics));
        }

        var members = new SerializableMembers(type, _copyability, _diagnostics);
        if (_diagnostics.Count != 0)
        {
            return new Output(name, "", default, new(_diagnostics));
        }

        // Enums, and exceptions too, are shared without a copier; a failed call hands over the very exception.
        if (type.TypeKind == TypeKind.Enum || OrleansTypes.IsException(type) || type.IsStatic)
        {
            return null;
        }

        var writer = new SourceWriter();
        writer.Open($"namespace {Names.Namespace(type)}");
        writer.Line("[global::System.ComponentModel.EditorBrowsable(global::System.ComponentModel.EditorBrowsableState.Never)]");
        if (_copyability.IsShareable(type))
        {
            Open(writer, $"global::Orleans.Serialization.Cloning.ShallowCopier<{Self}>");
        }
        else
        {
            EmitCopier(writer, members);
        }

        writer.Close();
        writer.Close();
        var part = $"{Names.Namespace(type)}.{Names.Copier(type)}{Names.UnboundParameters(_typeParameters.Length)}";
        return new Output(name, writer.ToString(), new([(Part.Copier, part)]), default);
    }

    private void Open(SourceWriter writer, string bases) => writer.Open(
        $"{Names.Access(type)} sealed class {Names.Copier(type)}{Names.Parameters(_typeParameters)} : {bases}{Names.Constraints(_typeParameters)}");

    private void EmitCopier(SourceWriter writer, SerializableMembers members)
    {
        List<string> bases = [];
        if (!type.IsAbstract)
        {
            bases.Add($"global::Orleans.Serialization.Cloning.IDeepCopier<{Self}>");
        }

        if (!type.IsValueType)
        {
            bases.Add($"global::Orleans.Serialization.Cloning.IBaseCopier<{Self}>");
        }

        Open(writer, string.Join(", ", bases));
        writer.Line("private readonly global::Orleans.Serialization.Serializers.ICodecProvider _codecs;");
        writer.Line($"public {Names.Copier(type)}(global::Orleans.Serialization.Serializers.ICodecProvider codecs) => _codecs = codecs;");
        if (type.IsValueType)
        {
            EmitStruct(writer, members);
        }
        else
        {
            EmitClass(writer, members);
        }

        foreach (var field in members.Copied.Concat(members.Reset))
        {
            var by = type.IsValueType ? "ref " : "";
            writer.Line(
                "[global::System.Runtime.CompilerServices.UnsafeAccessor("
                + $"global::System.Runtime.CompilerServices.UnsafeAccessorKind.Field, Name = \"{field.Name}\")]");
            writer.Line($"private static extern ref {Names.Full(field.Type)} {Accessor(field)}({by}{Self} value);");
        }
    }

    private void EmitStruct(SourceWriter writer, SerializableMembers members)
    {
        writer.Open($"public {Self} DeepCopy({Self} input, global::Orleans.Serialization.Cloning.CopyContext context)");
        writer.Line("var output = input;");
        foreach (var field in members.Copied)
        {
            writer.Line($"{Accessor(field)}(ref output) = {Copy(field, $"{Accessor(field)}(ref input)")};");
        }

        foreach (var field in members.Reset)
        {
            writer.Line($"{Accessor(field)}(ref output) = default;");
        }

        writer.Line("return output;");
        writer.Close();
    }

    private void EmitClass(SourceWriter writer, SerializableMembers members)
    {
        if (!type.IsAbstract)
        {
            writer.Open($"public {Self} DeepCopy({Self} input, global::Orleans.Serialization.Cloning.CopyContext context)");
            writer.Line($"if (context.TryGetCopy<{Self}>(input, out var existing)) return existing;");
            if (!type.IsSealed)
            {
                writer.Line($"if (input.GetType() != typeof({Self})) return context.DeepCopy<{Self}>(input);");
            }

            if (_copyability.HasOnlyImmutableFields(type))
            {
                writer.Line("return input;");
            }
            else
            {
                writer.Line($"var output = ({Self})MemberwiseClone(input);");
                writer.Line("context.RecordCopy(input, output);");
                writer.Line("DeepCopy(input, output, context);");
                writer.Line("return output;");
            }

            writer.Close();
            writer.Line(
                "[global::System.Runtime.CompilerServices.UnsafeAccessor("
                + "global::System.Runtime.CompilerServices.UnsafeAccessorKind.Method, Name = \"MemberwiseClone\")]");
            writer.Line("private static extern object MemberwiseClone(object value);");
        }

        writer.Open($"public void DeepCopy({Self} input, {Self} output, global::Orleans.Serialization.Cloning.CopyContext context)");
        if (type.BaseType is { } parent && OrleansTypes.Has(parent.OriginalDefinition, OrleansTypes.GenerateSerializer))
        {
            writer.Line($"_codecs.GetBaseCopier<{Names.Full(parent)}>().DeepCopy(input, output, context);");
        }

        foreach (var field in members.Copied)
        {
            writer.Line($"{Accessor(field)}(output) = {Copy(field, $"{Accessor(field)}(input)")};");
        }

        foreach (var field in members.Reset)
        {
            writer.Line($"{Accessor(field)}(output) = default;");
        }

        writer.Close();
    }

    private static string Copy(IFieldSymbol field, string value) =>
        $"_codecs.GetDeepCopier<{Names.Full(field.Type)}>().DeepCopy({value}, context)";

    private static string Accessor(IFieldSymbol field) =>
        "Field_" + new string(field.Name.Where(c => char.IsLetterOrDigit(c) || c == '_').ToArray());
}
