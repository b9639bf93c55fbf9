using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using Orleans.Runtime;
using Orleans.Serialization.Cloning;

namespace Orleans.Serialization.Copiers;

/// <summary>Copiers of types that no generated code declares.</summary>
internal static class BuiltInCopiers
{
    private static readonly FrozenSet<Type> s_immutable = new[]
    {
        typeof(bool), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong),
        typeof(float), typeof(double), typeof(decimal), typeof(Half), typeof(Int128), typeof(UInt128), typeof(char), typeof(string),
        typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(Guid), typeof(Uri),
        typeof(Version), typeof(BigInteger), typeof(Complex), typeof(Rune), typeof(Index), typeof(Range), typeof(CultureInfo),
        typeof(IPAddress), typeof(IPEndPoint), typeof(CancellationToken), typeof(DBNull), typeof(ValueTuple), typeof(TimeZoneInfo),
        typeof(GrainId), typeof(GrainType), typeof(IdSpan), typeof(GrainInterfaceType), typeof(ActivationId), typeof(SiloAddress),
        typeof(GrainAddress), typeof(MembershipVersion), typeof(TickStatus),
    }.ToFrozenSet();

    private static readonly FrozenDictionary<Type, Type> s_generic = new Dictionary<Type, Type>
    {
        [typeof(List<>)] = typeof(ListCopier<>),
        [typeof(HashSet<>)] = typeof(HashSetCopier<>),
        [typeof(Queue<>)] = typeof(QueueCopier<>),
        [typeof(Stack<>)] = typeof(StackCopier<>),
        [typeof(SortedSet<>)] = typeof(SortedSetCopier<>),
        [typeof(Collection<>)] = typeof(CollectionCopier<>),
        [typeof(ReadOnlyCollection<>)] = typeof(ReadOnlyCollectionCopier<>),
        [typeof(ConcurrentQueue<>)] = typeof(ConcurrentQueueCopier<>),
        [typeof(Dictionary<,>)] = typeof(DictionaryCopier<,>),
        [typeof(SortedDictionary<,>)] = typeof(SortedDictionaryCopier<,>),
        [typeof(SortedList<,>)] = typeof(SortedListCopier<,>),
        [typeof(ConcurrentDictionary<,>)] = typeof(ConcurrentDictionaryCopier<,>),
        [typeof(ReadOnlyDictionary<,>)] = typeof(ReadOnlyDictionaryCopier<,>),
        [typeof(ImmutableArray<>)] = typeof(ImmutableArrayCopier<>),
        [typeof(ImmutableList<>)] = typeof(ImmutableListCopier<>),
        [typeof(ImmutableHashSet<>)] = typeof(ImmutableHashSetCopier<>),
        [typeof(ImmutableSortedSet<>)] = typeof(ImmutableSortedSetCopier<>),
        [typeof(ImmutableQueue<>)] = typeof(ImmutableQueueCopier<>),
        [typeof(ImmutableStack<>)] = typeof(ImmutableStackCopier<>),
        [typeof(ImmutableDictionary<,>)] = typeof(ImmutableDictionaryCopier<,>),
        [typeof(ImmutableSortedDictionary<,>)] = typeof(ImmutableSortedDictionaryCopier<,>),
        [typeof(Memory<>)] = typeof(MemoryCopier<>),
        [typeof(ReadOnlyMemory<>)] = typeof(ReadOnlyMemoryCopier<>),
        [typeof(ArraySegment<>)] = typeof(ArraySegmentCopier<>),
        [typeof(Nullable<>)] = typeof(NullableCopier<>),
        [typeof(KeyValuePair<,>)] = typeof(KeyValuePairCopier<,>),
    }.ToFrozenDictionary();

    internal static IDeepCopier? Create(Type type)
    {
        if (s_immutable.Contains(type) || type.IsEnum || typeof(Exception).IsAssignableFrom(type) || typeof(Type).IsAssignableFrom(type)
            || type.IsDefined(typeof(ImmutableAttribute), inherit: false))
        {
            return Make(typeof(ShallowCopier<>), type);
        }

        if (typeof(IAddressable).IsAssignableFrom(type))
        {
            return Make(typeof(GrainReferenceCopier<>), type);
        }

        if (type.IsArray)
        {
            return type.GetArrayRank() == 1 && type.IsSZArray
                ? Make(typeof(ArrayCopier<>), type.GetElementType()!)
                : Make(typeof(MultiDimensionalArrayCopier<>), type);
        }

        // Only the runtime type of a value can tell.
        if (type == typeof(object) || type.IsInterface || (type.IsAbstract && !type.IsSealed))
        {
            return Make(typeof(RuntimeTypeCopier<>), type);
        }

        return type.IsConstructedGenericType ? CreateGeneric(type) : null;
    }

    private static IDeepCopier? CreateGeneric(Type type)
    {
        var open = type.GetGenericTypeDefinition();
        var arguments = type.GetGenericArguments();
        if (s_generic.TryGetValue(open, out var copier))
        {
            return Make(copier, arguments);
        }

        if (open.FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal)
            || open.FullName.StartsWith("System.Tuple`", StringComparison.Ordinal))
        {
            return Make(typeof(TupleCopier<>), type);
        }

        // Frozen collections have hidden derived types; equality comparers among them make ShallowCopier the only safe choice.
        return IsFrozen(type) && arguments.All(CopierRegistry.IsShareable) ? Make(typeof(ShallowCopier<>), type) : null;
    }

    private static bool IsFrozen(Type type)
    {
        for (var candidate = type; candidate is not null; candidate = candidate.BaseType)
        {
            if (candidate.IsConstructedGenericType
                && candidate.GetGenericTypeDefinition() is var open
                && (open == typeof(FrozenDictionary<,>) || open == typeof(FrozenSet<>)))
            {
                return true;
            }
        }

        return false;
    }

    private static IDeepCopier Make(Type openCopier, params Type[] arguments) =>
        (IDeepCopier)Activator.CreateInstance(openCopier.MakeGenericType(arguments), nonPublic: true)!;
}
