using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Orleans.Embedded.Generator;

/// <summary>Questions about symbols that have to do with Orleans.</summary>
internal static class OrleansTypes
{
    internal const string GenerateSerializer = "Orleans.GenerateSerializerAttribute";
    internal const string RegisterCopier = "Orleans.RegisterCopierAttribute";
    internal const string RegisterConverter = "Orleans.RegisterConverterAttribute";
    internal const string Immutable = "Orleans.ImmutableAttribute";

    private static readonly HashSet<string> s_emptyGrainInterfaces =
    [
        "Orleans.Runtime.IAddressable", "Orleans.Runtime.IGrainExtension", "Orleans.IGrain", "Orleans.IGrainWithStringKey",
        "Orleans.IGrainWithGuidKey", "Orleans.IGrainWithIntegerKey", "Orleans.IGrainWithGuidCompoundKey",
        "Orleans.IGrainWithIntegerCompoundKey", "Orleans.IGrainObserver", "Orleans.ISystemTarget", "Orleans.Services.IGrainService",
    ];

    internal static bool Has(ISymbol symbol, string attribute) => Find(symbol, attribute) is not null;

    internal static AttributeData? Find(ISymbol symbol, string attribute) =>
        symbol.GetAttributes().FirstOrDefault(a => a.AttributeClass?.ToDisplayString() == attribute);

    internal static object? FirstArgument(ISymbol symbol, string attribute) =>
        Find(symbol, attribute) is { ConstructorArguments: { Length: > 0 } arguments } ? arguments[0].Value : null;

    /// <summary>The T of a Task, ValueTask or sequence, or null.</summary>
    internal static ITypeSymbol? ResultOf(ITypeSymbol type) =>
        type is INamedTypeSymbol { TypeArguments: { Length: 1 } arguments } ? arguments[0] : null;

    /// <summary>Whether calls through the interface go to grains.</summary>
    internal static bool IsGrainInterface(ITypeSymbol type) =>
        type.TypeKind == TypeKind.Interface && (Is(type, "Orleans.Runtime.IAddressable") || Implements(type, "Orleans.Runtime.IAddressable"));

    internal static bool NeedsProxy(INamedTypeSymbol type) => IsGrainInterface(type) && !s_emptyGrainInterfaces.Contains(type.ToDisplayString());

    internal static bool IsExtension(ITypeSymbol type) => Implements(type, "Orleans.Runtime.IGrainExtension");

    internal static bool IsGrainClass(INamedTypeSymbol type) =>
        type is { TypeKind: TypeKind.Class, IsAbstract: false, IsStatic: false }
        && !DerivesFrom(type, "Orleans.Runtime.GrainReference")
        && (Implements(type, "Orleans.IGrainBase") || Implements(type, "Orleans.IGrain"));

    internal static bool IsException(ITypeSymbol type) => DerivesFrom(type, "System.Exception");

    internal static bool Implements(ITypeSymbol type, string face) => type.AllInterfaces.Any(i => Is(i, face));

    internal static bool DerivesFrom(ITypeSymbol type, string name)
    {
        for (var current = type; current is not null; current = current.BaseType!)
        {
            if (Is(current, name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Is(ITypeSymbol type, string name) => type.OriginalDefinition.ToDisplayString() == name;
}
