using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Orleans.Embedded.Generator;

/// <summary>Writes the reference class of a grain interface and the request classes of its methods.</summary>
internal sealed class InterfaceEmitter(INamedTypeSymbol face, Compilation compilation)
{
    private readonly Copyability _copyability = new(compilation);
    private readonly List<DiagnosticInfo> _diagnostics = [];
    private readonly List<(Part, string)> _parts = [(Part.Interface, Names.Unbound(face))];

    internal Output Emit()
    {
        var name = $"{Names.Namespace(face)}.{Names.Proxy(face)}.g.cs";
        if (!Names.IsReachable(face))
        {
            _diagnostics.Add(DiagnosticInfo.Create(Diagnostics.Unreachable, face, Names.Display(face)));
            return new Output(name, "", default, new(_diagnostics));
        }

        var methods = Methods();
        if (_diagnostics.Count != 0)
        {
            return new Output(name, "", default, new(_diagnostics));
        }

        var writer = new SourceWriter();
        writer.Open($"namespace {Names.Namespace(face)}");
        foreach (var method in methods.Where(m => IsOwn(m.ContainingType)))
        {
            new InvokableEmitter(method, face).Emit(writer);
        }

        EmitProxy(writer, methods);
        writer.Close();
        _parts.Add((Part.Proxy, $"{Names.Namespace(face)}.{Names.Proxy(face)}{Names.UnboundParameters(Names.TypeParameters(face).Length)}"));
        return new Output(name, writer.ToString(), new(_parts), default);
    }

    /// <summary>Methods of a grain interface have their request classes beside it; those of plain interfaces come with each user.</summary>
    private bool IsOwn(INamedTypeSymbol declaring) =>
        SymbolEqualityComparer.Default.Equals(declaring, face) || !OrleansTypes.IsGrainInterface(declaring);

    private List<IMethodSymbol> Methods()
    {
        var methods = new List<IMethodSymbol>();
        foreach (var type in face.AllInterfaces.Insert(0, face))
        {
            foreach (var member in type.GetMembers().Where(m => !m.IsStatic && m.IsAbstract))
            {
                if (member is IMethodSymbol { MethodKind: MethodKind.Ordinary } method)
                {
                    Check(method);
                    methods.Add(method);
                }
                else if (member is not IMethodSymbol)
                {
                    _diagnostics.Add(DiagnosticInfo.Create(Diagnostics.NotAMethod, member, member.ToDisplayString()));
                }
            }
        }

        return methods;
    }

    private void Check(IMethodSymbol method)
    {
        if (!IsOwn(method.ContainingType))
        {
            return;
        }

        var name = method.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat);
        if (InvokableEmitter.BaseClass(method.ReturnType) is null)
        {
            Report(Diagnostics.BadReturnType, method, name, method.ReturnType.ToDisplayString());
        }

        if (method.Parameters.Count(InvokableEmitter.IsToken) > 1)
        {
            Report(Diagnostics.TwoTokens, method, name);
        }

        foreach (var parameter in method.Parameters)
        {
            if (parameter.RefKind != RefKind.None)
            {
                Report(Diagnostics.ByReference, parameter, name, parameter.Name);
            }

            if (!OrleansTypes.Has(parameter, OrleansTypes.Immutable))
            {
                CheckType(parameter.Type, parameter, $"parameter {parameter.Name} of {name}");
            }
        }

        if (OrleansTypes.ResultOf(method.ReturnType) is { } result
            && !method.GetReturnTypeAttributes().Any(a => a.AttributeClass?.ToDisplayString() == OrleansTypes.Immutable))
        {
            CheckType(result, method, $"the result of {name}");
        }
    }

    private void CheckType(ITypeSymbol type, ISymbol at, string place)
    {
        if (_copyability.FindUncopyable(type) is { } culprit)
        {
            Report(Diagnostics.NoCopier, at, culprit.ToDisplayString(), place);
        }
    }

    private void Report(DiagnosticDescriptor descriptor, ISymbol at, string first, string second = "") =>
        _diagnostics.Add(DiagnosticInfo.Create(descriptor, at, first, second));

    private void EmitProxy(SourceWriter writer, List<IMethodSymbol> methods)
    {
        var typeParameters = Names.TypeParameters(face);
        writer.Line("[global::System.ComponentModel.EditorBrowsable(global::System.ComponentModel.EditorBrowsableState.Never)]");
        writer.Open(
            $"{Names.Access(face)} sealed class {Names.Proxy(face)}{Names.Parameters(typeParameters)} : "
            + $"global::Orleans.Runtime.GrainReference, {Names.Full(face)}{Names.Constraints(typeParameters)}");
        writer.Line(
            $"public {Names.Proxy(face)}(global::Orleans.Runtime.GrainReferenceShared shared, global::Orleans.Runtime.IdSpan key) : base(shared, key) {{ }}");
        foreach (var method in methods)
        {
            EmitMethod(writer, method);
        }

        writer.Close();
    }

    private void EmitMethod(SourceWriter writer, IMethodSymbol method)
    {
        var parameters = string.Join(", ", method.Parameters.Select((p, i) => $"{Names.Full(p.Type)} a{i}"));
        var returns = method.ReturnsVoid ? "void" : Names.Full(method.ReturnType);
        writer.Open(
            $"{returns} {Names.Full(method.ContainingType)}.{method.Name}{Names.Parameters([.. method.TypeParameters])}({parameters})");
        writer.Line(
            "var request = global::Orleans.Serialization.Invocation.InvokablePool.Get<"
            + $"global::{Names.Namespace(OwnerOf(method))}.{InvokableOf(method)}>();");
        EmitArguments(writer, method);
        writer.Line(Send(method));
        writer.Close();
    }

    private INamedTypeSymbol OwnerOf(IMethodSymbol method) => IsOwn(method.ContainingType) ? face : method.ContainingType;

    private string InvokableOf(IMethodSymbol method)
    {
        var owner = OwnerOf(method);
        string[] arguments = [.. TypeArguments(owner), .. method.TypeParameters.Select(p => p.Name)];
        return Names.Invokable(method.OriginalDefinition, owner.OriginalDefinition) + (arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments)}>");
    }

    private static IEnumerable<string> TypeArguments(INamedTypeSymbol type) =>
        (type.ContainingType is { } outer ? TypeArguments(outer) : []).Concat(type.TypeArguments.Select(Names.Full));

    private void EmitArguments(SourceWriter writer, IMethodSymbol method)
    {
        var copied = method.Parameters
            .Where(p => !OrleansTypes.Has(p, OrleansTypes.Immutable) && !_copyability.IsShareable(p.Type))
            .ToList();
        foreach (var parameter in method.Parameters.Except(copied, SymbolEqualityComparer.Default).Cast<IParameterSymbol>())
        {
            writer.Line($"request.arg{parameter.Ordinal} = a{parameter.Ordinal};");
        }

        if (copied.Count == 0)
        {
            return;
        }

        writer.Open("using (var context = base.CopyContextPool.GetContext())");
        foreach (var parameter in copied)
        {
            writer.Line(
                $"request.arg{parameter.Ordinal} = base.CodecProvider.GetDeepCopier<{Names.Full(parameter.Type)}>().DeepCopy(a{parameter.Ordinal}, context);");
        }

        writer.Close();
    }

    private static string Send(IMethodSymbol method)
    {
        if (method.ReturnsVoid)
        {
            return "base.Invoke(request);";
        }

        var result = OrleansTypes.ResultOf(method.ReturnType) is { } argument ? $"<{Names.Full(argument)}>" : "";
        return method.ReturnType.Name switch
        {
            "IAsyncEnumerable" => "return request.InitializeRequest(this);",
            "Task" => $"return base.InvokeAsync{result}(request).AsTask();",
            _ => $"return base.InvokeAsync{result}(request);",
        };
    }
}
