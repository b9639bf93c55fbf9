using Microsoft.Extensions.DependencyInjection;

namespace Orleans;

/// <summary>Gives a type, interface or method a stable name that survives renaming.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Method | AttributeTargets.Interface, AllowMultiple = true)]
public sealed class AliasAttribute : Attribute
{
    /// <summary>Names the annotated element <paramref name="alias"/>.</summary>
    public AliasAttribute(string alias)
    {
        ArgumentNullException.ThrowIfNull(alias);
        Alias = alias;
    }

    /// <summary>The stable name.</summary>
    public string Alias { get; }
}

/// <summary>Whether member ids are assigned without <see cref="IdAttribute"/>.</summary>
public enum GenerateFieldIds
{
    /// <summary>Only annotated members are serialized.</summary>
    None = 0,

    /// <summary>Public properties are serialized, with ids derived from their names.</summary>
    PublicProperties = 1,
}

/// <summary>Marks a type whose values may cross a grain call; code to copy it is generated at compile time.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
public sealed class GenerateSerializerAttribute : Attribute
{
    /// <summary>How ids of members without <see cref="IdAttribute"/> are assigned.</summary>
    public GenerateFieldIds GenerateFieldIds { get; init; } = GenerateFieldIds.None;

    /// <summary>Whether primary constructor parameters of a record are members; true for records unless set.</summary>
    public bool IncludePrimaryConstructorParameters { get; init; } = true;
}

/// <summary>The id of a serialized member, unique within its declaring type.</summary>
[AttributeUsage(
    AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Method | AttributeTargets.Property
    | AttributeTargets.Field | AttributeTargets.Parameter)]
public sealed class IdAttribute(uint id) : Attribute
{
    /// <summary>The id.</summary>
    public uint Id { get; } = id;
}

/// <summary>Promises that values never change after they are passed, so that they are shared and not copied.</summary>
[AttributeUsage(
    AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter
    | AttributeTargets.ReturnValue,
    Inherited = false)]
public sealed class ImmutableAttribute : Attribute
{
}

/// <summary>Names the method-specific time after which a call without an answer fails with <see cref="TimeoutException"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ResponseTimeoutAttribute : Attribute
{
    /// <summary>Sets the time-out from a constant such as <c>"00:00:05"</c>.</summary>
    public ResponseTimeoutAttribute(string timeout) => Timeout = TimeSpan.Parse(timeout, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The time-out.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>Marks a constructor that the generated activator uses.</summary>
[AttributeUsage(AttributeTargets.Constructor)]
public sealed class GeneratedActivatorConstructorAttribute : ActivatorUtilitiesConstructorAttribute
{
}

/// <summary>Marks a hand-written copier that is found and used without further registration.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class RegisterCopierAttribute : Attribute
{
}

/// <summary>Marks a hand-written serializer; the embedded engine never serializes calls, so it has no effect there.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class RegisterSerializerAttribute : Attribute
{
}

/// <summary>Marks a converter between a foreign type and its surrogate.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class RegisterConverterAttribute : Attribute
{
}

/// <summary>Says that a base type adds no members to what is serialized.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class SerializerTransparentAttribute : Attribute
{
}

/// <summary>Says that values of a type are never shared within one object graph.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SuppressReferenceTrackingAttribute : Attribute
{
}

/// <summary>Says that instances come from a registered activator.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class UseActivatorAttribute : Attribute
{
}

/// <summary>Leaves members with default values out of the serialized form.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class OmitDefaultMemberValuesAttribute : Attribute
{
}

/// <summary>Names an assembly that holds grains or serializable types of this application.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class ApplicationPartAttribute(string assemblyName) : Attribute
{
    /// <summary>The simple name of the assembly.</summary>
    public string AssemblyName { get; } = assemblyName;
}

/// <summary>Asks for generated code for the assembly that declares <see cref="Type"/>.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class GenerateCodeForDeclaringAssemblyAttribute(Type type) : Attribute
{
    /// <summary>A type of the wanted assembly.</summary>
    public Type Type { get; } = type;
}

/// <summary>Marks interfaces whose methods can be called remotely, and the base class of their references.</summary>
[AttributeUsage(AttributeTargets.Interface, AllowMultiple = true)]
public sealed class GenerateMethodSerializersAttribute(Type proxyBase, bool isExtension = false) : Attribute
{
    /// <summary>The base class of generated references.</summary>
    public Type ProxyBase { get; } = proxyBase;

    /// <summary>Whether the interface extends grains that do not implement it.</summary>
    public bool IsExtension { get; } = isExtension;
}

/// <summary>Converts between a foreign type and a serializable stand-in.</summary>
/// <typeparam name="TValue">The foreign type.</typeparam>
/// <typeparam name="TSurrogate">The stand-in.</typeparam>
public interface IConverter<TValue, TSurrogate>
    where TSurrogate : struct
{
    /// <summary>Makes a value from its stand-in.</summary>
    TValue ConvertFromSurrogate(in TSurrogate surrogate);

    /// <summary>Makes the stand-in of a value.</summary>
    TSurrogate ConvertToSurrogate(in TValue value);
}

/// <summary>Restores base-class state of a foreign type from a serializable stand-in.</summary>
/// <typeparam name="TValue">The foreign type.</typeparam>
/// <typeparam name="TSurrogate">The stand-in.</typeparam>
public interface IPopulator<TValue, TSurrogate>
    where TValue : class
    where TSurrogate : struct
{
    /// <summary>Writes the stand-in's values into <paramref name="value"/>.</summary>
    void Populate(in TSurrogate surrogate, TValue value);
}
