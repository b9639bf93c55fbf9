using System.Reflection;
using System.Runtime.CompilerServices;
using Orleans;

namespace Switchboard.Grains.Tests.Contracts;

/// <summary>Everything that can be reached from the grain interfaces: their methods, and the types of ours that cross a grain call.</summary>
internal static class GrainSurface
{
    private static readonly Assembly Contracts = typeof(GrainKeys).Assembly;

    public static IReadOnlyList<Type> Interfaces { get; } =
        [.. Contracts.GetTypes().Where(type => type.IsInterface && type.IsAssignableTo(typeof(IGrain))).OrderBy(type => type.FullName, StringComparer.Ordinal)];

    public static IReadOnlyList<Type> Types { get; } = [.. Reachable().OrderBy(type => type.FullName, StringComparer.Ordinal)];

    /// <summary>Types that are not ours and not known to be immutable; there must be none.</summary>
    public static IReadOnlyList<string> Foreign { get; private set; } = [];

    public static IEnumerable<PropertyInfo> Members(Type type) => type
        .GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .Where(property => BackingField(type, property) is not null)
        .OrderBy(property => property.GetCustomAttribute<IdAttribute>()?.Id ?? uint.MaxValue);

    public static FieldInfo? BackingField(Type type, PropertyInfo property) =>
        type.GetField($"<{property.Name}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic);

    public static bool CanBeChanged(PropertyInfo property) =>
        property.SetMethod is { } setter && !setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    public static string NameOf(Type type) => type switch
    {
        _ when Nullable.GetUnderlyingType(type) is { } inner => NameOf(inner) + "?",
        { IsGenericType: true } => $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>",
        _ => type.Name,
    };

    private static HashSet<Type> Reachable()
    {
        var (found, foreign) = (new HashSet<Type>(), new SortedSet<string>(StringComparer.Ordinal));
        foreach (var method in Interfaces.SelectMany(type => type.GetMethods()))
        {
            Visit(method.ReturnType.IsGenericType ? method.ReturnType.GetGenericArguments()[0] : typeof(void));
            foreach (var parameter in method.GetParameters())
            {
                Visit(parameter.ParameterType);
            }
        }

        Foreign = [.. foreign];
        return found;

        void Visit(Type type)
        {
            if (type.IsGenericType)
            {
                foreach (var argument in type.GetGenericArguments())
                {
                    Visit(argument);
                }
            }

            var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
            if (type.IsGenericParameter || IsImmutableOfTheFramework(definition))
            {
                return;
            }

            if (definition.Assembly != Contracts)
            {
                foreign.Add(definition.FullName!);
                return;
            }

            if (!found.Add(definition))
            {
                return;
            }

            foreach (var member in Members(definition))
            {
                Visit(member.PropertyType);
            }

            foreach (var derived in Contracts.GetTypes().Where(other => other.BaseType == definition))
            {
                Visit(derived);
            }

            if (definition.BaseType is { } parent && parent.Assembly == Contracts)
            {
                Visit(parent);
            }
        }
    }

    private static bool IsImmutableOfTheFramework(Type type) =>
        type.IsPrimitive
        || type == typeof(void) || type == typeof(string) || type == typeof(Guid) || type == typeof(DateTimeOffset) || type == typeof(TimeSpan)
        || type == typeof(CancellationToken) || type == typeof(Nullable<>)
        || (type.Namespace == "System.Collections.Immutable" && type.Name.StartsWith("Immutable", StringComparison.Ordinal));
}
