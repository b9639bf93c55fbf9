using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace Orleans.Serialization.Configuration;

/// <summary>What generated code knows about an assembly.</summary>
public sealed class TypeManifestOptions
{
    /// <summary>Copier classes.</summary>
    public HashSet<Type> Copiers { get; } = [];

    /// <summary>Converter classes between foreign types and surrogates.</summary>
    public HashSet<Type> Converters { get; } = [];

    /// <summary>Grain interfaces.</summary>
    public HashSet<Type> Interfaces { get; } = [];

    /// <summary>Generated grain references.</summary>
    public HashSet<Type> InterfaceProxies { get; } = [];

    /// <summary>Grain classes.</summary>
    public HashSet<Type> InterfaceImplementations { get; } = [];

    /// <summary>Types by alias.</summary>
    public Dictionary<string, Type> WellKnownTypeAliases { get; } = [];
}

/// <summary>Adds what an assembly holds.</summary>
public interface ITypeManifestProvider : IConfigureOptions<TypeManifestOptions>
{
}

/// <summary>Base of generated manifest providers.</summary>
public abstract class TypeManifestProviderBase : ITypeManifestProvider
{
    /// <summary>Identity of the provider; each is applied once.</summary>
    public virtual object Key => GetType();

    void IConfigureOptions<TypeManifestOptions>.Configure(TypeManifestOptions options) => ConfigureInner(options);

    /// <summary>Adds what the assembly holds.</summary>
    protected abstract void ConfigureInner(TypeManifestOptions options);
}

/// <summary>Names the manifest provider of an assembly.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class TypeManifestProviderAttribute(
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type providerType) : Attribute
{
    /// <summary>The provider.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public Type ProviderType { get; } = providerType;
}
