using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.Options;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Configuration;
using Orleans.Serialization.Copiers;
using Orleans.Serialization.Serializers;

namespace Orleans.Serialization;

/// <summary>
/// All copiers of the process: generated ones, found through the manifest of the assembly that declares a type, and built-in ones.
/// </summary>
internal static class CopierRegistry
{
    private static readonly ConcurrentDictionary<Type, IDeepCopier> s_copiers = new();
    private static readonly ConcurrentDictionary<Type, object> s_baseCopiers = new();
    private static readonly ConcurrentDictionary<Type, Type> s_copierTypes = new();
    private static readonly ConcurrentDictionary<Type, Type> s_baseCopierTypes = new();
    private static readonly ConcurrentDictionary<Assembly, bool> s_loaded = new();

    internal static CodecProvider Provider { get; } = new(EmptyServices.Instance, Options.Create(new TypeManifestOptions()));

    internal static CopyContextPool Contexts { get; } = new(Provider);

    internal static IDeepCopier Get(Type type) => Find(type) ?? throw NotFound(type);

    internal static IDeepCopier? Find(Type type)
    {
        if (s_copiers.TryGetValue(type, out var known))
        {
            return known;
        }

        return Create(type) is { } created ? s_copiers.GetOrAdd(type, created) : null;
    }

    /// <summary>The copier of the members that a base class declares, or null.</summary>
    internal static object? FindBase(Type type)
    {
        if (s_baseCopiers.TryGetValue(type, out var known))
        {
            return known;
        }

        LoadManifest(type.Assembly);
        return FindIn(s_baseCopierTypes, type) is { } copierType ? s_baseCopiers.GetOrAdd(type, Instantiate(copierType)) : null;
    }

    internal static bool IsShareable(Type type) => Find(type) is { } copier && IsShareable(copier);

    internal static bool IsShareable(IDeepCopier copier) => copier is IOptionalDeepCopier optional && optional.IsShallowCopyable();

    internal static void Add(TypeManifestOptions manifest)
    {
        foreach (var copierType in manifest.Copiers)
        {
            AddCopier(copierType);
        }

        foreach (var converter in manifest.Converters)
        {
            AddConverter(converter);
        }
    }

    internal static CodecNotFoundException NotFound(Type type) => new(
        $"Could not find a copier for type {type}. Annotate it with [GenerateSerializer] and its members with [Id(n)], and reference the "
        + "code generator from the project that declares it.");

    private static IDeepCopier? Create(Type type)
    {
        LoadManifest(type.Assembly);
        return FindIn(s_copierTypes, type) is { } copierType ? (IDeepCopier)Instantiate(copierType) : BuiltInCopiers.Create(type);
    }

    private static Type? FindIn(ConcurrentDictionary<Type, Type> copierTypes, Type type)
    {
        if (copierTypes.TryGetValue(type, out var exact))
        {
            return exact;
        }

        return type.IsConstructedGenericType && copierTypes.TryGetValue(type.GetGenericTypeDefinition(), out var open)
            ? open.MakeGenericType(type.GetGenericArguments())
            : null;
    }

    private static object Instantiate(Type copierType) =>
        copierType.GetConstructor([typeof(ICodecProvider)]) is { } constructor
            ? constructor.Invoke([Provider])
            : Activator.CreateInstance(copierType)!;

    private static void LoadManifest(Assembly assembly)
    {
        if (!s_loaded.TryAdd(assembly, true))
        {
            return;
        }

        var manifest = new TypeManifestOptions();
        foreach (var attribute in assembly.GetCustomAttributes<TypeManifestProviderAttribute>())
        {
            ((ITypeManifestProvider)Activator.CreateInstance(attribute.ProviderType)!).Configure(manifest);
        }

        Add(manifest);
    }

    private static void AddCopier(Type copierType)
    {
        foreach (var face in copierType.GetInterfaces().Where(f => f.IsGenericType))
        {
            var definition = face.GetGenericTypeDefinition();
            var copierTypes = definition == typeof(IDeepCopier<>) ? s_copierTypes
                : definition == typeof(IBaseCopier<>) ? s_baseCopierTypes
                : null;
            var target = face.GetGenericArguments()[0];
            copierTypes?.TryAdd(target.IsGenericType && copierType.IsGenericTypeDefinition ? target.GetGenericTypeDefinition() : target, copierType);
        }
    }

    private static void AddConverter(Type converterType)
    {
        foreach (var face in converterType.GetInterfaces())
        {
            if (face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IConverter<,>) && !converterType.IsGenericTypeDefinition)
            {
                var arguments = face.GetGenericArguments();
                s_copierTypes.TryAdd(
                    arguments[0], typeof(SurrogateCopier<,,>).MakeGenericType(arguments[0], arguments[1], converterType));
            }
        }
    }

    private sealed class EmptyServices : IServiceProvider
    {
        internal static EmptyServices Instance { get; } = new();

        public object? GetService(Type serviceType) => null;
    }
}
