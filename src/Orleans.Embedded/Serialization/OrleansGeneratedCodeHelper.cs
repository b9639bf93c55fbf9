using System.Reflection;

namespace Orleans.Serialization.GeneratedCodeHelpers;

/// <summary>What generated code needs.</summary>
public static class OrleansGeneratedCodeHelper
{
    /// <summary>Finds a method by name, type arguments and parameter types; null if there is none.</summary>
    public static MethodInfo? GetMethodInfoOrDefault(
        Type? interfaceType, string methodName, Type[]? methodTypeParameters, Type[]? parameterTypes)
    {
        foreach (var method in interfaceType?.GetMethods(BindingFlags.Instance | BindingFlags.Public) ?? [])
        {
            if (method.Name != methodName || method.GetGenericArguments().Length != (methodTypeParameters?.Length ?? 0))
            {
                continue;
            }

            var candidate = methodTypeParameters is { Length: > 0 } ? method.MakeGenericMethod(methodTypeParameters) : method;
            if (candidate.GetParameters().Select(p => p.ParameterType).SequenceEqual(parameterTypes ?? []))
            {
                return candidate;
            }
        }

        return null;
    }
}
