using System.Collections.Concurrent;
using System.Net;
using System.Numerics;
using System.Reflection;
using Newtonsoft.Json;
using Newtonsoft.Json.Serialization;

namespace Orleans.AdoNet;

/// <summary>
/// Which types a `$type` in stored state may name: those marked with [GenerateSerializer], the framework's collections and simple types,
/// enums. Whoever can write to the database must not be able to have any type constructed. Microsoft Orleans has the same list and checks
/// it when reading; here it is also checked when writing, because a row that nobody can read again is lost state.
/// </summary>
internal sealed class StoredTypes : DefaultSerializationBinder
{
    private const string OwnAssembly = "Orleans.Embedded";
    private const string StreamingAssembly = "Orleans.Streaming";
    private const string CoreAssembly = "Orleans.Core.Abstractions";

    private static readonly HashSet<Type> Simple =
    [
        typeof(object), typeof(string), typeof(char), typeof(bool), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int),
        typeof(uint), typeof(long), typeof(ulong), typeof(float), typeof(double), typeof(decimal), typeof(Guid), typeof(TimeSpan),
        typeof(DateTime), typeof(DateTimeOffset), typeof(Uri), typeof(BigInteger), typeof(IPAddress), typeof(IPEndPoint),
    ];

    /// <summary>What is stored of subscriptions; in Microsoft Orleans it is elsewhere than the rest.</summary>
    private static readonly HashSet<Type> StreamingTypes =
    [
        typeof(Streams.PubSubGrainState), typeof(Streams.PubSubSubscriptionState), typeof(Runtime.StreamId), typeof(Runtime.QualifiedStreamId),
        typeof(Providers.Streams.Common.EventSequenceToken), typeof(Providers.Streams.Common.EventSequenceTokenV2),
    ];

    private readonly ConcurrentDictionary<Type, bool> _allowed = new();
    private readonly ConcurrentDictionary<(string?, string), Type> _resolved = new();

    public override void BindToName(Type serializedType, out string? assemblyName, out string? typeName)
    {
        if (!_allowed.GetOrAdd(serializedType, IsAllowed))
        {
            throw new JsonSerializationException(
                $"State holds a {serializedType}, which could be written but never read again. Mark the type with [GenerateSerializer] "
                + "or use an array, a List or another type of System.Collections (no tuples; a collection expression given "
                + "to an interface makes a hidden type).");
        }

        base.BindToName(serializedType, out assemblyName, out typeName);
        assemblyName = StreamingTypes.Contains(serializedType) ? StreamingAssembly
            : serializedType == typeof(Runtime.GuidId) ? CoreAssembly
            : assemblyName;
        typeName = typeName?.Replace($", {OwnAssembly}]", $", {StreamingAssembly}]", StringComparison.Ordinal);
    }

    public override Type BindToType(string? assemblyName, string typeName) =>
        // Only successes are kept: what a row names is not ours to remember without bound.
        _resolved.TryGetValue((assemblyName, typeName), out var known) ? known : Resolve(assemblyName, typeName);

    private Type Resolve(string? assemblyName, string typeName)
    {
        var name = string.IsNullOrEmpty(assemblyName) ? typeName : $"{typeName}, {assemblyName}";
        Type? type;
        try
        {
            type = Type.GetType(name, Load, typeResolver: null, throwOnError: false);
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or ArgumentException or TypeLoadException)
        {
            throw new JsonSerializationException($"Stored state names the type \"{name}\", which cannot be loaded.", e);
        }

        if (type is null || !_allowed.GetOrAdd(type, IsAllowed))
        {
            throw new JsonSerializationException(
                $"Stored state names the type \"{name}\", which is {(type is null ? "not there" : "not marked with [GenerateSerializer]")}.");
        }

        return _resolved.GetOrAdd((assemblyName, typeName), type);
    }

    private static Assembly Load(AssemblyName name) =>
        name.Name is StreamingAssembly or CoreAssembly ? typeof(StoredTypes).Assembly : Assembly.Load(name);

    private static bool IsAllowed(Type type) => type switch
    {
        { IsArray: true } => IsAllowed(type.GetElementType()!),
        { IsGenericType: true, IsGenericTypeDefinition: false } =>
            IsAllowed(type.GetGenericTypeDefinition()) && type.GetGenericArguments().All(IsAllowed),
        _ => type.IsEnum || Simple.Contains(type) || IsCollection(type)
            || type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false) || type.Assembly == typeof(StoredTypes).Assembly,
    };

    /// <summary>A type of System.Collections and the namespaces below it, and really the framework's.</summary>
    private static bool IsCollection(Type type) =>
        type.Namespace is { } space
        && (space == "System.Collections" || space.StartsWith("System.Collections.", StringComparison.Ordinal))
        && type.Assembly.GetName().Name is { } assembly
        && assembly.StartsWith("System.", StringComparison.Ordinal);
}
