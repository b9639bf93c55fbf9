using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Orleans.Embedded.Generator;

/// <summary>
/// Writes grain references, requests and copiers against the public surface that Orleans' own generated code uses, and the manifest
/// by which the engine finds them.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class OrleansGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var interfaces = context.SyntaxProvider
            .CreateSyntaxProvider(
                static (node, _) => node is InterfaceDeclarationSyntax { BaseList: not null },
                static (c, ct) => Declared(c, ct) is { } type && OrleansTypes.NeedsProxy(type)
                    ? new InterfaceEmitter(type, c.SemanticModel.Compilation).Emit()
                    : null);
        var copiers = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                OrleansTypes.GenerateSerializer,
                static (node, _) => node is TypeDeclarationSyntax,
                static (c, _) => c.TargetSymbol is INamedTypeSymbol type ? new CopierEmitter(type, c.SemanticModel.Compilation).Emit() : null);
        var classes = context.SyntaxProvider
            .CreateSyntaxProvider(
                static (node, _) => node is ClassDeclarationSyntax { BaseList: not null } or RecordDeclarationSyntax { BaseList: not null },
                static (c, ct) => Declared(c, ct) is { } type && OrleansTypes.IsGrainClass(type)
                    ? Registered(type, Part.Implementation)
                    : null);
        var handWritten = Annotated(context, OrleansTypes.RegisterCopier, Part.Copier)
            .Collect()
            .Combine(Annotated(context, OrleansTypes.RegisterConverter, Part.Converter).Collect())
            .SelectMany(static (both, _) => both.Left.AddRange(both.Right));

        EmitFiles(context, interfaces);
        EmitFiles(context, copiers);
        EmitFiles(context, classes);

        var parts = Parts(interfaces)
            .Combine(Parts(copiers)).Select(static (p, _) => Concat(p.Left, p.Right))
            .Combine(Parts(classes)).Select(static (p, _) => Concat(p.Left, p.Right))
            .Combine(Parts(handWritten)).Select(static (p, _) => Concat(p.Left, p.Right));
        var assembly = context.CompilationProvider.Select(static (c, _) =>
            (Name: c.AssemblyName ?? "Assembly", HasOrleans: c.GetTypeByMetadataName(OrleansTypes.GenerateSerializer) is not null));
        context.RegisterSourceOutput(parts.Combine(assembly), static (output, input) =>
        {
            if (input.Right.HasOrleans)
            {
                output.AddSource("OrleansManifest.g.cs", ManifestEmitter.Emit(input.Right.Name, input.Left.Items));
            }
        });
    }

    private static IncrementalValuesProvider<Output?> Annotated(IncrementalGeneratorInitializationContext context, string attribute, Part part) =>
        context.SyntaxProvider.ForAttributeWithMetadataName(
            attribute,
            static (node, _) => node is TypeDeclarationSyntax,
            (c, _) => c.TargetSymbol is INamedTypeSymbol type && Names.IsReachable(type)
                ? Registered(type, part)
                : null);

    private static Output Registered(INamedTypeSymbol type, Part part)
    {
        // A private class that is no grain by its base class is taken for a test's stand-in.
        if (!Names.IsReachable(type) && !OrleansTypes.Implements(type, "Orleans.IGrainBase"))
        {
            return new Output("", "", default, default);
        }

        if (!Names.IsReachable(type))
        {
            var unreachable = DiagnosticInfo.Create(Diagnostics.Unreachable, type, Names.Display(type));
            return new Output("", "", default, new([unreachable]));
        }

        return new Output("", "", new([(part, Names.Unbound(type))]), default);
    }

    /// <summary>The declared type, for the first of its parts only.</summary>
    private static INamedTypeSymbol? Declared(GeneratorSyntaxContext context, CancellationToken cancellationToken) =>
        context.SemanticModel.GetDeclaredSymbol((BaseTypeDeclarationSyntax)context.Node, cancellationToken) is { } type
        && type.DeclaringSyntaxReferences.First(r =>
            r.GetSyntax(cancellationToken) is BaseTypeDeclarationSyntax { BaseList: not null }).GetSyntax(cancellationToken) == context.Node
            ? type
            : null;

    private static void EmitFiles(IncrementalGeneratorInitializationContext context, IncrementalValuesProvider<Output?> outputs) =>
        context.RegisterSourceOutput(outputs, static (output, item) =>
        {
            foreach (var diagnostic in item?.Diagnostics.Items ?? [])
            {
                output.ReportDiagnostic(diagnostic.ToDiagnostic());
            }

            if (item is { Source.Length: > 0 })
            {
                output.AddSource(item.FileName, item.Source);
            }
        });

    private static IncrementalValueProvider<EquatableList<(Part Part, string TypeOf)>> Parts(IncrementalValuesProvider<Output?> outputs) =>
        outputs.Select(static (o, _) => o?.Parts ?? default).Collect().Select(static (lists, _) => Flatten(lists));

    private static EquatableList<(Part, string)> Flatten(ImmutableArray<EquatableList<(Part, string)>> lists) =>
        new(lists.SelectMany(l => (IEnumerable<(Part, string)>)l.Items));

    private static EquatableList<(Part, string)> Concat(EquatableList<(Part, string)> left, EquatableList<(Part, string)> right) =>
        new(left.Items.Concat(right.Items));
}
