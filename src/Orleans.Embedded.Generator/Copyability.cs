using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Orleans.Embedded.Generator;

/// <summary>Which types can be shared between caller and callee, which can be copied, and which can do neither.</summary>
internal sealed class Copyability(Compilation compilation)
{
    private static readonly HashSet<string> s_immutable =
    [
        "System.Guid", "System.TimeSpan", "System.DateTimeOffset", "System.DateOnly", "System.TimeOnly", "System.Uri", "System.Version",
        "System.Half", "System.Int128", "System.UInt128", "System.Numerics.BigInteger", "System.Numerics.Complex", "System.Text.Rune",
        "System.Index", "System.Range", "System.Globalization.CultureInfo", "System.Net.IPAddress", "System.Net.IPEndPoint",
        "System.Threading.CancellationToken", "System.Type", "System.ValueTuple", "System.TimeZoneInfo",
        "Orleans.Runtime.GrainId", "Orleans.Runtime.GrainType", "Orleans.Runtime.IdSpan", "Orleans.Runtime.GrainInterfaceType",
        "Orleans.Runtime.ActivationId", "Orleans.Runtime.SiloAddress", "Orleans.Runtime.GrainAddress", "Orleans.Runtime.MembershipVersion",
        "Orleans.Runtime.TickStatus",
    ];

    /// <summary>Generic types that hold their arguments and cannot change.</summary>
    private static readonly HashSet<string> s_immutableOf =
    [
        "System.Nullable`1", "System.Collections.Generic.KeyValuePair`2", "System.Collections.Immutable.ImmutableArray`1",
        "System.Collections.Immutable.ImmutableList`1", "System.Collections.Immutable.ImmutableHashSet`1",
        "System.Collections.Immutable.ImmutableSortedSet`1", "System.Collections.Immutable.ImmutableQueue`1",
        "System.Collections.Immutable.ImmutableStack`1", "System.Collections.Immutable.ImmutableDictionary`2",
        "System.Collections.Immutable.ImmutableSortedDictionary`2", "System.Collections.Frozen.FrozenDictionary`2",
        "System.Collections.Frozen.FrozenSet`1",
    ];

    /// <summary>Generic types that the engine copies.</summary>
    private static readonly HashSet<string> s_copyableOf =
    [
        "System.Collections.Generic.List`1", "System.Collections.Generic.HashSet`1", "System.Collections.Generic.Queue`1",
        "System.Collections.Generic.Stack`1", "System.Collections.Generic.SortedSet`1", "System.Collections.ObjectModel.Collection`1",
        "System.Collections.ObjectModel.ReadOnlyCollection`1", "System.Collections.Concurrent.ConcurrentQueue`1",
        "System.Collections.Generic.Dictionary`2", "System.Collections.Generic.SortedDictionary`2",
        "System.Collections.Generic.SortedList`2", "System.Collections.Concurrent.ConcurrentDictionary`2",
        "System.Collections.ObjectModel.ReadOnlyDictionary`2", "System.Memory`1", "System.ReadOnlyMemory`1", "System.ArraySegment`1",
    ];

    private readonly Dictionary<ITypeSymbol, bool> _shareable = new(SymbolEqualityComparer.Default);

    /// <summary>Whether a value can be shared, known at compile time. False means only that a copier decides.</summary>
    internal bool IsShareable(ITypeSymbol type)
    {
        if (_shareable.TryGetValue(type, out var known))
        {
            return known;
        }

        // A type that contains itself is shareable if everything else in it is.
        _shareable[type] = true;
        return _shareable[type] = Decide(type);
    }

    /// <summary>The first part of a type that can be neither shared nor copied, or null.</summary>
    internal ITypeSymbol? FindUncopyable(ITypeSymbol type)
    {
        switch (type)
        {
            case IArrayTypeSymbol array:
                return FindUncopyable(array.ElementType);
            case INamedTypeSymbol named when IsArgumentCarrier(named):
                return named.TypeArguments.Select(FindUncopyable).FirstOrDefault(t => t is not null);
            case IPointerTypeSymbol or IFunctionPointerTypeSymbol:
                return type;
        }

        return type.TypeKind is TypeKind.TypeParameter or TypeKind.Interface or TypeKind.Enum or TypeKind.Error or TypeKind.Dynamic
            || type.SpecialType == SpecialType.System_Object
            || IsSimple(type)
            || type.IsAbstract
            || OrleansTypes.IsException(type)
            || OrleansTypes.Has(type.OriginalDefinition, OrleansTypes.GenerateSerializer)
            || OrleansTypes.Has(type.OriginalDefinition, OrleansTypes.Immutable)
            || OrleansTypes.DerivesFrom(type, "Orleans.Runtime.GrainReference")
            || HasHandWrittenCopier(type)
            ? null
            : type;
    }

    private static bool IsSimple(ITypeSymbol type) =>
        type.SpecialType is >= SpecialType.System_Boolean and <= SpecialType.System_String and not SpecialType.System_IntPtr
            or SpecialType.System_DateTime
        || s_immutable.Contains(type.WithNullableAnnotation(NullableAnnotation.None).ToDisplayString());

    private static bool IsArgumentCarrier(INamedTypeSymbol type) =>
        type.IsGenericType
        && (s_immutableOf.Contains(MetadataName(type)) || s_copyableOf.Contains(MetadataName(type)) || IsTuple(type));

    private static bool IsTuple(INamedTypeSymbol type) => type.IsTupleType || MetadataName(type).StartsWith("System.Tuple`", StringComparison.Ordinal);

    private static string MetadataName(INamedTypeSymbol type) => $"{type.ContainingNamespace.ToDisplayString()}.{type.MetadataName}";

    private bool Decide(ITypeSymbol type)
    {
        if (type.TypeKind == TypeKind.Enum || IsSimple(type) || OrleansTypes.IsException(type))
        {
            return true;
        }

        if (type is not INamedTypeSymbol named || type.TypeKind is TypeKind.Interface or TypeKind.Delegate)
        {
            return false;
        }

        if (OrleansTypes.Has(named.OriginalDefinition, OrleansTypes.Immutable))
        {
            return named.IsSealed || named.IsValueType;
        }

        if (named.IsGenericType && (s_immutableOf.Contains(MetadataName(named)) || IsTuple(named)))
        {
            return named.TypeArguments.All(IsShareable);
        }

        if (!OrleansTypes.Has(named.OriginalDefinition, OrleansTypes.GenerateSerializer))
        {
            return false;
        }

        return SymbolEqualityComparer.Default.Equals(named.ContainingAssembly, compilation.Assembly)
            ? (named.IsSealed || named.IsValueType) && HasOnlyImmutableFields(named)
            : HasShallowCopier(named);
    }

    /// <summary>Whether nothing in the object itself can change. Fields of a struct may: the struct is copied with its holder.</summary>
    internal bool HasOnlyImmutableFields(INamedTypeSymbol type)
    {
        for (var current = type; current is not null && current.SpecialType is not (SpecialType.System_Object or SpecialType.System_ValueType); current = current.BaseType)
        {
            if (!SymbolEqualityComparer.Default.Equals(current.ContainingAssembly, compilation.Assembly))
            {
                return false;
            }

            foreach (var field in current.GetMembers().OfType<IFieldSymbol>().Where(f => !f.IsStatic))
            {
                var shared = OrleansTypes.Has(field, OrleansTypes.Immutable)
                    || (field.AssociatedSymbol is { } property && OrleansTypes.Has(property, OrleansTypes.Immutable))
                    || IsShareable(field.Type);
                if (!shared || (!field.IsReadOnly && !type.IsValueType) || OrleansTypes.Has(field, "System.NonSerializedAttribute"))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>What the generator found out when it compiled the other assembly.</summary>
    private bool HasShallowCopier(INamedTypeSymbol type)
    {
        var space = type.ContainingNamespace is { IsGlobalNamespace: false } n ? $"{Names.Root}.{n.ToDisplayString()}" : Names.Root;
        var arity = Names.TypeParameters(type).Length;
        var name = $"{space}.{Names.Copier(type.OriginalDefinition)}{(arity == 0 ? "" : $"`{arity}")}";
        return type.ContainingAssembly?.GetTypeByMetadataName(name)?.BaseType?.Name == "ShallowCopier";
    }

    private bool HasHandWrittenCopier(ITypeSymbol type) =>
        compilation.SourceModule.ReferencedAssemblySymbols
            .Where(a => OrleansTypes.Has(a, "Orleans.ApplicationPartAttribute"))
            .Append(compilation.Assembly)
            .Any(a => Types(a.GlobalNamespace).Any(t => Serves(t, type)));

    private static bool Serves(INamedTypeSymbol copier, ITypeSymbol type) =>
        (OrleansTypes.Has(copier, OrleansTypes.RegisterConverter) || OrleansTypes.Has(copier, OrleansTypes.RegisterCopier))
        && copier.AllInterfaces.Any(i =>
            i.Name is "IConverter" or "IDeepCopier" && i.TypeArguments.Length != 0
            && SymbolEqualityComparer.Default.Equals(i.TypeArguments[0].OriginalDefinition, type.OriginalDefinition));

    private static IEnumerable<INamedTypeSymbol> Types(INamespaceSymbol space) =>
        space.GetTypeMembers().Concat(space.GetNamespaceMembers().SelectMany(Types));
}
