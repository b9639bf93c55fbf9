using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Orleans.Configuration;
using Orleans.Metadata;
using Orleans.Serialization.Configuration;

namespace Orleans.Runtime;

/// <summary>Which class serves which interface, and which generated reference class stands for it.</summary>
internal sealed class GrainTypeMap
{
    private readonly SiloRuntime _silo;
    private readonly GrainCollectionOptions _collection;
    private readonly ConcurrentDictionary<GrainType, GrainTypeContext> _types = new();
    private readonly ConcurrentDictionary<(Type Interface, string? Prefix), GrainTypeContext> _byInterface = new();
    private readonly List<Type> _genericClasses = [];
    private readonly Dictionary<Type, Type> _proxies = [];

    internal GrainTypeMap(SiloRuntime silo, TypeManifestOptions manifest, GrainTypeOptions options, GrainCollectionOptions collection)
    {
        _silo = silo;
        _collection = collection;
        foreach (var proxy in manifest.InterfaceProxies)
        {
            AddProxy(proxy);
        }

        foreach (var grainClass in options.Classes)
        {
            if (grainClass.IsGenericTypeDefinition)
            {
                _genericClasses.Add(grainClass);
            }
            else
            {
                Add(grainClass);
            }
        }
    }

    internal IEnumerable<GrainTypeContext> All => _types.Values;

    internal int Count => _types.Count + _genericClasses.Count;

    internal bool TryGet(GrainType type, [NotNullWhen(true)] out GrainTypeContext? context) => _types.TryGetValue(type, out context);

    internal GrainTypeContext AddSystemClass(Type grainClass) => Add(grainClass);

    /// <exception cref="ArgumentException">No class, or more than one, implements the interface.</exception>
    internal GrainTypeContext Resolve(Type face, string? classNamePrefix) =>
        _byInterface.TryGetValue((face, classNamePrefix), out var known)
            ? known
            : _byInterface.GetOrAdd((face, classNamePrefix), key => Choose(key.Interface, key.Prefix));

    /// <summary>The generated reference class of an interface.</summary>
    internal Type ProxyOf(Type face)
    {
        if (_proxies.TryGetValue(face, out var proxy))
        {
            return proxy;
        }

        if (face.IsConstructedGenericType && _proxies.TryGetValue(face.GetGenericTypeDefinition(), out var open))
        {
            return open.MakeGenericType(face.GetGenericArguments());
        }

        throw new ArgumentException(
            $"{face} has no generated grain reference. It must derive from IGrain or a sibling, and the project that declares it must "
            + "reference the code generator.",
            nameof(face));
    }

    private static GrainType NameOf(IServiceProvider services, Type grainClass)
    {
        foreach (var attribute in grainClass.GetCustomAttributes(inherit: false).OfType<IGrainTypeProviderAttribute>())
        {
            return attribute.GetGrainType(services, grainClass);
        }

        const string suffix = "grain";
        var name = grainClass.Name.Split('`')[0].ToLowerInvariant();
        if (name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.Ordinal))
        {
            name = name[..^suffix.Length];
        }

        if (grainClass.IsGenericType)
        {
            name += "`" + grainClass.GetGenericArguments().Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return GrainType.Create(grainClass.IsConstructedGenericType
            ? $"{name}[[{string.Join("],[", grainClass.GetGenericArguments().Select(a => a.FullName))}]]"
            : name);
    }

    private GrainTypeContext Add(Type grainClass)
    {
        var context = new GrainTypeContext(_silo, NameOf(_silo.Services, grainClass), grainClass, _collection);
        var known = _types.GetOrAdd(context.GrainType, context);
        return known.Class == grainClass ? known : throw new OrleansConfigurationException(
            $"{grainClass} and {known.Class} both have the grain type {context.GrainType}: give one of them a [GrainType(\"...\")].");
    }

    private void AddProxy(Type proxy)
    {
        foreach (var face in proxy.GetInterfaces().Where(f => typeof(IAddressable).IsAssignableFrom(f)))
        {
            // The reference's own interface is the one that no other of its interfaces derives from.
            if (!proxy.GetInterfaces().Any(other => other != face && face.IsAssignableFrom(other)))
            {
                _proxies[face.IsGenericType ? face.GetGenericTypeDefinition() : face] = proxy;
            }
        }
    }

    private GrainTypeContext Choose(Type face, string? prefix)
    {
        var candidates = _types.Values.Where(t => face.IsAssignableFrom(t.Class)).ToList();
        if (candidates.Count == 0 && face.IsConstructedGenericType)
        {
            candidates.AddRange(_genericClasses.Select(c => Construct(c, face)).OfType<Type>().Select(Add));
        }

        if (prefix is not null)
        {
            candidates = Narrow(candidates, prefix);
        }
        else if (candidates.Count > 1 && DefaultTypeOf(face) is { } preferred)
        {
            candidates = candidates.FindAll(c => c.GrainType.ToString() == preferred);
        }

        return candidates switch
        {
            [var only] => only,
            [] => throw new ArgumentException($"Could not find an implementation for interface {face}"),
            _ => throw new ArgumentException(
                $"Unable to identify a single appropriate grain type for interface {face}. "
                + $"Candidates: {string.Join(", ", candidates.Select(c => $"{c.GrainType} ({c.Class})"))}. "
                + "Pass a class name prefix or put [DefaultGrainType] on the interface."),
        };
    }

    private static List<GrainTypeContext> Narrow(List<GrainTypeContext> candidates, string prefix)
    {
        var exact = candidates.FindAll(c => c.Class.FullName == prefix || c.Class.Name == prefix);
        return exact.Count != 0 ? exact : candidates.FindAll(c => c.Class.FullName!.StartsWith(prefix, StringComparison.Ordinal));
    }

    private string? DefaultTypeOf(Type face)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var attribute in face.GetCustomAttributes(inherit: false).OfType<IGrainInterfacePropertiesProviderAttribute>())
        {
            attribute.Populate(_silo.Services, face, properties);
        }

        return properties.GetValueOrDefault(WellKnownGrainInterfaceProperties.DefaultGrainType);
    }

    /// <summary>The generic class for a generic interface, if it passes its own type parameters on in order.</summary>
    private static Type? Construct(Type openClass, Type face)
    {
        var definition = face.GetGenericTypeDefinition();
        var arguments = face.GetGenericArguments();
        foreach (var candidate in openClass.GetInterfaces().Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == definition))
        {
            if (candidate.GetGenericArguments().SequenceEqual(openClass.GetGenericArguments()))
            {
                return openClass.MakeGenericType(arguments);
            }
        }

        return null;
    }
}

/// <summary>Fills the classes and interfaces of the silo with all that are found; configuration may take away or add.</summary>
internal sealed class FoundGrainTypes(Microsoft.Extensions.Options.IOptions<TypeManifestOptions> manifest)
    : Microsoft.Extensions.Options.IConfigureOptions<GrainTypeOptions>
{
    public void Configure(GrainTypeOptions options)
    {
        options.Classes.UnionWith(manifest.Value.InterfaceImplementations);
        options.Interfaces.UnionWith(manifest.Value.Interfaces);
    }
}

/// <summary>Collects the manifests of all assemblies that belong to the application.</summary>
internal static class ApplicationParts
{
    internal static TypeManifestOptions Load()
    {
        var manifest = new TypeManifestOptions();
        var seen = new HashSet<Assembly>();
        var pending = new Queue<Assembly>(AppDomain.CurrentDomain.GetAssemblies().Where(a => !a.IsDynamic));
        while (pending.TryDequeue(out var assembly))
        {
            if (!seen.Add(assembly) || !assembly.IsDefined(typeof(ApplicationPartAttribute)))
            {
                continue;
            }

            foreach (var provider in assembly.GetCustomAttributes<TypeManifestProviderAttribute>())
            {
                ((ITypeManifestProvider)System.Activator.CreateInstance(provider.ProviderType)!).Configure(manifest);
            }

            // What an application part references may be one without having been used, and thus loaded, yet.
            foreach (var reference in assembly.GetReferencedAssemblies().Where(r => !IsFramework(r)))
            {
                pending.Enqueue(Assembly.Load(reference));
            }
        }

        return manifest;
    }

    private static bool IsFramework(AssemblyName name) =>
        name.Name!.StartsWith("System.", StringComparison.Ordinal) || name.Name.StartsWith("Microsoft.", StringComparison.Ordinal);
}
