using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Orleans.Runtime;
using Orleans.Serialization.Cloning;

namespace Orleans.Serialization.Copiers;

/// <summary>Copies by the runtime type of the value.</summary>
internal sealed class RuntimeTypeCopier<T> : IDeepCopier<T>
{
    public T DeepCopy(T input, CopyContext context)
    {
        if (input is null || input.GetType() == typeof(object))
        {
            return input;
        }

        return (T)CopierRegistry.Get(input.GetType()).DeepCopy(input, context)!;
    }
}

/// <summary>References are shared; a grain object passed as its own interface becomes a reference.</summary>
internal sealed class GrainReferenceCopier<T> : IDeepCopier<T>
{
    public T DeepCopy(T input, CopyContext context) => input switch
    {
        null or GrainReference => input,
        IGrainBase grain when typeof(T).IsInterface => (T)((IAddressable)grain).AsReference(typeof(T)),
        IGrainObserver => throw new NotSupportedException(
            $"{input.GetType()} is a local object: pass what IGrainFactory.CreateObjectReference returns for it."),
        _ => throw CopierRegistry.NotFound(input.GetType()),
    };
}

/// <summary>Copies a foreign type through its surrogate.</summary>
internal sealed class SurrogateCopier<TValue, TSurrogate, TConverter> : IDeepCopier<TValue>
    where TSurrogate : struct
    where TConverter : IConverter<TValue, TSurrogate>
{
    private readonly TConverter _converter = Activator.CreateInstance<TConverter>();

    public TValue DeepCopy(TValue input, CopyContext context)
    {
        if (input is null)
        {
            return input;
        }

        var surrogate = _converter.ConvertToSurrogate(in input);
        surrogate = CopierOf<TSurrogate>.Copier.DeepCopy(surrogate, context);
        return _converter.ConvertFromSurrogate(in surrogate);
    }
}

/// <summary>Base of copiers of types that cannot change but may hold what can.</summary>
internal abstract class OptionalCopier<T> : IDeepCopier<T>, IOptionalDeepCopier
{
    private bool? _shareable;

    public bool IsShallowCopyable() => _shareable ??= typeof(T).GetGenericArguments().All(CopierRegistry.IsShareable);

    public T DeepCopy(T input, CopyContext context) => input is null || IsShallowCopyable() ? input : Copy(input, context);

    object? IDeepCopier.DeepCopy(object? input, CopyContext context) => input is null ? null : DeepCopy((T)input, context);

    protected abstract T Copy(T input, CopyContext context);
}

internal sealed class NullableCopier<T> : OptionalCopier<T?>
    where T : struct
{
    protected override T? Copy(T? input, CopyContext context) => CopierOf<T>.Copier.DeepCopy(input!.Value, context);
}

internal sealed class KeyValuePairCopier<TKey, TValue> : OptionalCopier<KeyValuePair<TKey, TValue>>
{
    protected override KeyValuePair<TKey, TValue> Copy(KeyValuePair<TKey, TValue> input, CopyContext context) => new(
        CopierOf<TKey>.Copier.DeepCopy(input.Key, context), CopierOf<TValue>.Copier.DeepCopy(input.Value, context));
}

/// <summary>Tuples of both kinds, by their items.</summary>
internal sealed class TupleCopier<T> : OptionalCopier<T>
{
    protected override T Copy(T input, CopyContext context)
    {
        var tuple = (ITuple)input!;
        var types = typeof(T).GetGenericArguments();
        var items = new object?[types.Length];
        for (var i = 0; i < types.Length; i++)
        {
            // The eighth argument of a long tuple is itself a tuple with the rest.
            var item = i == 7 ? typeof(T).GetField("Rest")?.GetValue(input) ?? typeof(T).GetProperty("Rest")!.GetValue(input) : tuple[i];
            items[i] = CopierRegistry.Get(types[i]).DeepCopy(item, context);
        }

        return (T)Activator.CreateInstance(typeof(T), items)!;
    }
}

internal sealed class ImmutableArrayCopier<T> : OptionalCopier<ImmutableArray<T>>
{
    protected override ImmutableArray<T> Copy(ImmutableArray<T> input, CopyContext context) =>
        input.IsDefault ? input : [.. input.Select(item => CopierOf<T>.Copier.DeepCopy(item, context))];
}

internal sealed class ImmutableListCopier<T> : OptionalCopier<ImmutableList<T>>
{
    protected override ImmutableList<T> Copy(ImmutableList<T> input, CopyContext context) =>
        [.. input.Select(item => CopierOf<T>.Copier.DeepCopy(item, context))];
}

internal sealed class ImmutableHashSetCopier<T> : OptionalCopier<ImmutableHashSet<T>>
{
    protected override ImmutableHashSet<T> Copy(ImmutableHashSet<T> input, CopyContext context) =>
        ImmutableHashSet.CreateRange(input.KeyComparer, input.Select(item => CopierOf<T>.Copier.DeepCopy(item, context)));
}

internal sealed class ImmutableSortedSetCopier<T> : OptionalCopier<ImmutableSortedSet<T>>
{
    protected override ImmutableSortedSet<T> Copy(ImmutableSortedSet<T> input, CopyContext context) =>
        ImmutableSortedSet.CreateRange(input.KeyComparer, input.Select(item => CopierOf<T>.Copier.DeepCopy(item, context)));
}

internal sealed class ImmutableQueueCopier<T> : OptionalCopier<ImmutableQueue<T>>
{
    protected override ImmutableQueue<T> Copy(ImmutableQueue<T> input, CopyContext context) =>
        ImmutableQueue.CreateRange(input.Select(item => CopierOf<T>.Copier.DeepCopy(item, context)));
}

internal sealed class ImmutableStackCopier<T> : OptionalCopier<ImmutableStack<T>>
{
    protected override ImmutableStack<T> Copy(ImmutableStack<T> input, CopyContext context) =>
        ImmutableStack.CreateRange(input.Reverse().Select(item => CopierOf<T>.Copier.DeepCopy(item, context)));
}

internal sealed class ImmutableDictionaryCopier<TKey, TValue> : OptionalCopier<ImmutableDictionary<TKey, TValue>>
    where TKey : notnull
{
    protected override ImmutableDictionary<TKey, TValue> Copy(ImmutableDictionary<TKey, TValue> input, CopyContext context)
    {
        var copy = ImmutableDictionary.CreateBuilder(input.KeyComparer, input.ValueComparer);
        Pairs.Fill(copy, input, context);
        return copy.ToImmutable();
    }
}

internal sealed class ImmutableSortedDictionaryCopier<TKey, TValue> : OptionalCopier<ImmutableSortedDictionary<TKey, TValue>>
    where TKey : notnull
{
    protected override ImmutableSortedDictionary<TKey, TValue> Copy(ImmutableSortedDictionary<TKey, TValue> input, CopyContext context)
    {
        var copy = ImmutableSortedDictionary.CreateBuilder(input.KeyComparer, input.ValueComparer);
        Pairs.Fill(copy, input, context);
        return copy.ToImmutable();
    }
}

internal sealed class MemoryCopier<T> : IDeepCopier<Memory<T>>
{
    public Memory<T> DeepCopy(Memory<T> input, CopyContext context) => CopierOf<T[]>.Copier.DeepCopy(input.ToArray(), context);
}

internal sealed class ReadOnlyMemoryCopier<T> : IDeepCopier<ReadOnlyMemory<T>>
{
    public ReadOnlyMemory<T> DeepCopy(ReadOnlyMemory<T> input, CopyContext context) =>
        CopierOf<T[]>.Copier.DeepCopy(input.ToArray(), context);
}

internal sealed class ArraySegmentCopier<T> : IDeepCopier<ArraySegment<T>>
{
    public ArraySegment<T> DeepCopy(ArraySegment<T> input, CopyContext context) =>
        input.Array is null ? input : CopierOf<T[]>.Copier.DeepCopy(input.ToArray(), context);
}
