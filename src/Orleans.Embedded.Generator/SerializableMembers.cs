using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Orleans.Embedded.Generator;

/// <summary>The instance fields that a serializable type declares itself, by what a copy does with them.</summary>
internal sealed class SerializableMembers
{
    private readonly INamedTypeSymbol _type;
    private readonly Copyability _copyability;
    private readonly List<DiagnosticInfo> _diagnostics;
    private readonly HashSet<uint> _ids = [];

    internal SerializableMembers(INamedTypeSymbol type, Copyability copyability, List<DiagnosticInfo> diagnostics)
    {
        _type = type;
        _copyability = copyability;
        _diagnostics = diagnostics;
        if (type.TypeKind is TypeKind.Enum or TypeKind.Interface || OrleansTypes.IsException(type))
        {
            return;
        }

        var implicitIds = ImplicitIds();
        foreach (var field in type.GetMembers().OfType<IFieldSymbol>().Where(f => !f.IsStatic && !f.IsConst))
        {
            Sort(field, implicitIds);
        }
    }

    /// <summary>Fields whose value must be copied.</summary>
    internal List<IFieldSymbol> Copied { get; } = [];

    /// <summary>Fields that do not travel.</summary>
    internal List<IFieldSymbol> Reset { get; } = [];

    private void Sort(IFieldSymbol field, bool implicitIds)
    {
        if (OrleansTypes.Has(field, "System.NonSerializedAttribute"))
        {
            Reset.Add(field);
            return;
        }

        var member = field.AssociatedSymbol ?? field;
        if (!HasId(member) && !implicitIds && !IsPrimaryConstructorMember(member))
        {
            _diagnostics.Add(DiagnosticInfo.Create(Diagnostics.NoId, member, member.ToDisplayString()));
        }

        if (OrleansTypes.Has(member, OrleansTypes.Immutable))
        {
            return;
        }

        if (_copyability.FindUncopyable(field.Type) is { } culprit)
        {
            _diagnostics.Add(DiagnosticInfo.Create(
                Diagnostics.NoCopier, member, culprit.ToDisplayString(), $"member {member.ToDisplayString()}"));
        }

        if (!_copyability.IsShareable(field.Type))
        {
            Copied.Add(field);
        }
    }

    private bool HasId(ISymbol member)
    {
        if (OrleansTypes.FirstArgument(member, "Orleans.IdAttribute") is not uint id)
        {
            return false;
        }

        if (!_ids.Add(id))
        {
            _diagnostics.Add(DiagnosticInfo.Create(
                Diagnostics.DuplicateId, member, member.ToDisplayString(), id.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        return true;
    }

    private bool ImplicitIds() =>
        OrleansTypes.Find(_type, OrleansTypes.GenerateSerializer)?.NamedArguments
            .Any(a => a.Key == "GenerateFieldIds" && a.Value.Value is 1) == true;

    /// <summary>Parameters of a record's primary constructor have ids by their position.</summary>
    private bool IsPrimaryConstructorMember(ISymbol member) =>
        _type.IsRecord && member is IPropertySymbol property
        && _type.InstanceConstructors.Any(c =>
            c.Parameters.Any(p => p.Name == property.Name)
            && c.DeclaringSyntaxReferences.Any(r => r.GetSyntax() is Microsoft.CodeAnalysis.CSharp.Syntax.RecordDeclarationSyntax));
}
