using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Orleans.Embedded.Tests.Internals.PublicApi;

/// <summary>What an assembly shows to others: one line a type, a base or interface of it, and a member; sorted.</summary>
public static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IReadOnlyList<string> Of(Assembly assembly) =>
        [.. assembly.GetTypes().Where(IsShown).SelectMany(Lines).Distinct().Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Lines(Type type)
    {
        var name = Name(type);
        yield return $"{name} {Kind(type)}{Constraints(type.GetGenericArguments())}";
        foreach (var parent in Parents(type))
        {
            yield return $"{name} : {Name(parent)}";
        }

        if (typeof(Delegate).FullName == type.BaseType?.BaseType?.FullName)
        {
            yield return $"{name} {Signature(type.GetMethod("Invoke")!)}";
            yield break;
        }

        foreach (var line in Members(type))
        {
            yield return $"{name} {line}";
        }
    }

    private static IEnumerable<string> Members(Type type) =>
    [
        .. type.GetFields(Declared).Where(it => IsShown(it.Attributes)).Select(Field),
        .. type.GetConstructors(Declared).Where(it => IsShown(it) && !it.IsStatic).Select(it => $"new({Parameters(it)})"),
        .. type.GetProperties(Declared).SelectMany(Property),
        .. type.GetEvents(Declared).Where(it => IsShown(it.AddMethod!)).Select(it => $"event {Name(it.EventHandlerType!)} {it.Name}"),
        .. type.GetMethods(Declared).Where(it => IsShown(it) && (!it.IsSpecialName || IsOperator(it))).Select(Signature),
    ];

    private static string Kind(Type type) => type switch
    {
        { IsInterface: true } => "interface",
        { IsEnum: true } => "enum",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        _ when typeof(Delegate).FullName == type.BaseType?.BaseType?.FullName => "delegate",
        _ => "class",
    };

    private static IEnumerable<Type> Parents(Type type)
    {
        if (type.IsEnum || type.IsValueType)
        {
            return type.IsEnum ? [] : type.GetInterfaces().Where(IsNamed);
        }

        Type[] parents = type.BaseType is { } parent && parent.FullName != typeof(object).FullName ? [parent] : [];
        return [.. parents, .. type.GetInterfaces().Where(IsNamed)];

        static bool IsNamed(Type it) => it.IsPublic || it.IsNestedPublic || it.IsConstructedGenericType;
    }

    private static string Field(FieldInfo field) =>
        field.IsLiteral
            ? $"const {Name(field.FieldType)} {field.Name} = {Value(field.GetRawConstantValue())}"
            : $"{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{Name(field.FieldType)} {field.Name}";

    private static IEnumerable<string> Property(PropertyInfo property)
    {
        var index = property.GetIndexParameters() is { Length: > 0 } of ? $"[{string.Join(", ", of.Select(Parameter))}]" : "";
        foreach (var accessor in property.GetAccessors(nonPublic: true).Where(IsShown))
        {
            var isInit = accessor.ReturnParameter.GetRequiredCustomModifiers().Any(it => it.FullName == typeof(IsExternalInit).FullName);
            var verb = accessor == property.GetMethod ? "get" : isInit ? "init" : "set";
            yield return $"{Modifiers(accessor)}{Name(property.PropertyType)} {property.Name}{index} {verb}";
        }
    }

    private static string Signature(MethodInfo method)
    {
        var generics = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(it => it.Name))}>" : "";
        var constraints = method.IsGenericMethodDefinition ? Constraints(method.GetGenericArguments()) : "";
        var isExtension = method.CustomAttributes.Any(it => it.AttributeType.FullName == typeof(ExtensionAttribute).FullName);
        var parameters = $"({(isExtension ? "this " : "")}{Parameters(method)})";
        return $"{Modifiers(method)}{Name(method.ReturnType)} {method.Name}{generics}{parameters}{constraints}";
    }

    private static string Modifiers(MethodBase method) => string.Concat(
        method.IsFamily || method.IsFamilyOrAssembly ? "protected " : "",
        method.IsStatic ? "static " : "",
        method.IsVirtual && !method.IsFinal && !method.IsAbstract ? "virtual " : "",
        method.IsAbstract ? "abstract " : "");

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var isParams = parameter.CustomAttributes.Any(it =>
            it.AttributeType.FullName is "System.ParamArrayAttribute" or "System.Runtime.CompilerServices.ParamCollectionAttribute");
        var direction = !parameter.ParameterType.IsByRef ? "" : parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ";
        var fallback = parameter.HasDefaultValue ? $" = {Value(parameter.RawDefaultValue)}" : "";
        return $"{(isParams ? "params " : "")}{direction}{Name(parameter.ParameterType)} {parameter.Name}{fallback}";
    }

    private static string Constraints(Type[] arguments) => string.Concat(
        arguments.Where(it => it.IsGenericParameter && Limits(it).Any()).Select(it => $" where {it.Name} : {string.Join(", ", Limits(it))}"));

    private static IEnumerable<string> Limits(Type argument)
    {
        var flags = argument.GenericParameterAttributes;
        var isStruct = flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        if (isStruct || flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            yield return isStruct ? "struct" : "class";
        }

        var types = argument.GetGenericParameterConstraints().Where(it => it.FullName != typeof(ValueType).FullName);
        foreach (var limit in types.Select(Name).Order(StringComparer.Ordinal))
        {
            yield return limit;
        }

        if (!isStruct && flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
        {
            yield return "new()";
        }
    }

    private static string Value(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string Name(Type type)
    {
        if (type.IsByRef || type.IsPointer)
        {
            return Name(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        var own = type.IsNested ? $"{Name(type.DeclaringType!)}.{type.Name}" : $"{type.Namespace}.{type.Name}";
        if (!type.IsGenericType)
        {
            return own;
        }

        // Arguments of an enclosing type are repeated by reflection; the enclosing name has said them already.
        var mine = type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0).Select(Name).ToArray();
        var tick = own.LastIndexOf('`');
        return mine.Length == 0 || tick < 0 ? own : $"{own[..tick]}<{string.Join(", ", mine)}>";
    }

    private static bool IsShown(Type type) =>
        (type.IsPublic || ((type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsShown(type.DeclaringType!)))
        && !type.CustomAttributes.Any(it => it.AttributeType.FullName == typeof(CompilerGeneratedAttribute).FullName)
        && type.Namespace?.StartsWith("OrleansCodeGen", StringComparison.Ordinal) is not true;

    private static bool IsOperator(MethodInfo method) => method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool IsShown(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsShown(FieldAttributes attributes) =>
        (attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem
        && !attributes.HasFlag(FieldAttributes.SpecialName);
}
