using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;

namespace Orleans.Embedded.Generator;

/// <summary>How symbols are written in generated code, and how generated types are named.</summary>
internal static class Names
{
    internal const string Root = "OrleansCodeGen";

    internal static string Full(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    /// <summary>The name with its namespace and without <c>global::</c>.</summary>
    internal static string Display(ITypeSymbol type) => type.ToDisplayString(
        SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted));

    internal static string Short(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);

    /// <summary>The operand of a typeof: unbound if the type is generic.</summary>
    internal static string Unbound(INamedTypeSymbol type) =>
        Full(type.IsGenericType ? type.ConstructUnboundGenericType() : type);

    internal static string Namespace(INamedTypeSymbol type) =>
        type.ContainingNamespace is { IsGlobalNamespace: false } space ? $"{Root}.{space.ToDisplayString()}" : Root;

    /// <summary>The name with those of containing types, as an identifier.</summary>
    internal static string Flat(INamedTypeSymbol type) =>
        type.ContainingType is { } outer ? $"{Flat(outer)}_{type.Name}" : type.Name;

    internal static string Copier(INamedTypeSymbol type) => $"Copier_{Flat(type)}{ArityMark(type)}";

    internal static string Proxy(INamedTypeSymbol type) => $"Proxy_{Flat(type)}{ArityMark(type)}";

    /// <summary>The request class of a method, written beside the reference class of <paramref name="owner"/>.</summary>
    internal static string Invokable(IMethodSymbol method, INamedTypeSymbol owner) =>
        $"Invokable_{Flat(owner)}{ArityMark(owner)}_{method.Name}_{Hash(method.OriginalDefinition.ToDisplayString())}";

    internal static ITypeParameterSymbol[] TypeParameters(INamedTypeSymbol type) =>
        (type.ContainingType is { } outer ? TypeParameters(outer) : []).Concat(type.TypeParameters).ToArray();

    internal static string Parameters(ITypeParameterSymbol[] parameters) =>
        parameters.Length == 0 ? "" : $"<{string.Join(", ", parameters.Select(p => p.Name))}>";

    internal static string UnboundParameters(int count) => count == 0 ? "" : $"<{new string(',', count - 1)}>";

    internal static string Constraints(ITypeParameterSymbol[] parameters)
    {
        var text = new StringBuilder();
        foreach (var parameter in parameters)
        {
            var constraints = parameter.ConstraintTypes.Select(Full).ToList();
            if (parameter.HasUnmanagedTypeConstraint)
            {
                constraints.Insert(0, "unmanaged");
            }
            else if (parameter.HasValueTypeConstraint)
            {
                constraints.Insert(0, "struct");
            }
            else if (parameter.HasReferenceTypeConstraint)
            {
                constraints.Insert(0, "class");
            }
            else if (parameter.HasNotNullConstraint)
            {
                constraints.Insert(0, "notnull");
            }

            if (parameter.HasConstructorConstraint)
            {
                constraints.Add("new()");
            }

            if (constraints.Count != 0)
            {
                text.Append($" where {parameter.Name} : {string.Join(", ", constraints)}");
            }
        }

        return text.ToString();
    }

    internal static string Access(ITypeSymbol type) => IsPublic(type) ? "public" : "internal";

    internal static bool IsReachable(ISymbol symbol)
    {
        for (var current = symbol; current is INamedTypeSymbol type; current = type.ContainingType)
        {
            if (type.IsFileLocal || type.DeclaredAccessibility is Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPublic(ISymbol symbol)
    {
        for (var current = symbol; current is INamedTypeSymbol type; current = type.ContainingType)
        {
            if (type.DeclaredAccessibility != Accessibility.Public || type.TypeArguments.Any(a => a is INamedTypeSymbol && !IsPublic(a)))
            {
                return false;
            }
        }

        return true;
    }

    private static string ArityMark(INamedTypeSymbol type) => TypeParameters(type) is { Length: > 0 } p ? $"_{p.Length}" : "";

    private static string Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var letter in text)
        {
            hash = unchecked((hash ^ letter) * 16777619);
        }

        return hash.ToString("X8", System.Globalization.CultureInfo.InvariantCulture);
    }
}
