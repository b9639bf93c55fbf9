using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using Orleans.Serialization.Cloning;

namespace Orleans.Serialization.Copiers;

/// <summary>Base of copiers of mutable reference types: null, shared and cyclic references are handled here.</summary>
internal abstract class ReferenceCopier<T> : IDeepCopier<T>
    where T : class
{
    public T DeepCopy(T input, CopyContext context) =>
        context.TryGetCopy<T>(input, out var copy) ? copy!
        : input.GetType() == typeof(T) ? Copy(input, context)
        : context.DeepCopy(input)!;

    protected abstract T Copy(T input, CopyContext context);

    protected static TCopy Record<TCopy>(T input, TCopy copy, CopyContext context)
        where TCopy : class
    {
        context.RecordCopy(input, copy);
        return copy;
    }
}

internal sealed class ArrayCopier<T> : IDeepCopier<T[]>
{
    public T[] DeepCopy(T[] input, CopyContext context)
    {
        if (context.TryGetCopy<T[]>(input, out var copy))
        {
            return copy!;
        }

        // Cloning keeps the runtime element type of a covariant array.
        copy = (T[])input.Clone();
        context.RecordCopy(input, copy);
        if (!CopierOf<T>.IsShareable)
        {
            var copier = CopierOf<T>.Copier;
            for (var i = 0; i < copy.Length; i++)
            {
                copy[i] = copier.DeepCopy(copy[i], context);
            }
        }

        return copy;
    }
}

/// <summary>Arrays of more than one dimension.</summary>
internal sealed class MultiDimensionalArrayCopier<T> : IDeepCopier<T>
    where T : class
{
    public T DeepCopy(T input, CopyContext context)
    {
        if (context.TryGetCopy<T>(input, out var known))
        {
            return known!;
        }

        var copy = (Array)((Array)(object)input).Clone();
        context.RecordCopy(input, copy);
        if (!CopierRegistry.IsShareable(typeof(T).GetElementType()!))
        {
            var index = new int[copy.Rank];
            CopyFrom(copy, index, 0, context);
        }

        return (T)(object)copy;
    }

    private static void CopyFrom(Array array, int[] index, int dimension, CopyContext context)
    {
        for (var i = array.GetLowerBound(dimension); i <= array.GetUpperBound(dimension); i++)
        {
            index[dimension] = i;
            if (dimension + 1 < array.Rank)
            {
                CopyFrom(array, index, dimension + 1, context);
            }
            else
            {
                array.SetValue(context.DeepCopy(array.GetValue(index)), index);
            }
        }
    }
}

internal sealed class ListCopier<T> : ReferenceCopier<List<T>>
{
    protected override List<T> Copy(List<T> input, CopyContext context) =>
        CopierOf<T>.IsShareable ? Record(input, new List<T>(input), context) : Fill(input, context);

    private static List<T> Fill(List<T> input, CopyContext context)
    {
        var copy = Record(input, new List<T>(input.Count), context);
        var copier = CopierOf<T>.Copier;
        foreach (var item in input)
        {
            copy.Add(copier.DeepCopy(item, context));
        }

        return copy;
    }
}

internal sealed class HashSetCopier<T> : ReferenceCopier<HashSet<T>>
{
    protected override HashSet<T> Copy(HashSet<T> input, CopyContext context)
    {
        var copy = Record(input, new HashSet<T>(input.Count, input.Comparer), context);
        copy.UnionWith(input.Select(item => CopierOf<T>.Copier.DeepCopy(item, context)));
        return copy;
    }
}

internal sealed class SortedSetCopier<T> : ReferenceCopier<SortedSet<T>>
{
    protected override SortedSet<T> Copy(SortedSet<T> input, CopyContext context)
    {
        var copy = Record(input, new SortedSet<T>(input.Comparer), context);
        copy.UnionWith(input.Select(item => CopierOf<T>.Copier.DeepCopy(item, context)));
        return copy;
    }
}

internal sealed class QueueCopier<T> : ReferenceCopier<Queue<T>>
{
    protected override Queue<T> Copy(Queue<T> input, CopyContext context)
    {
        var copy = Record(input, new Queue<T>(input.Count), context);
        foreach (var item in input)
        {
            copy.Enqueue(CopierOf<T>.Copier.DeepCopy(item, context));
        }

        return copy;
    }
}

internal sealed class StackCopier<T> : ReferenceCopier<Stack<T>>
{
    protected override Stack<T> Copy(Stack<T> input, CopyContext context)
    {
        var copy = Record(input, new Stack<T>(input.Count), context);
        foreach (var item in input.Reverse())
        {
            copy.Push(CopierOf<T>.Copier.DeepCopy(item, context));
        }

        return copy;
    }
}

internal sealed class ConcurrentQueueCopier<T> : ReferenceCopier<ConcurrentQueue<T>>
{
    protected override ConcurrentQueue<T> Copy(ConcurrentQueue<T> input, CopyContext context)
    {
        var copy = Record(input, new ConcurrentQueue<T>(), context);
        foreach (var item in input)
        {
            copy.Enqueue(CopierOf<T>.Copier.DeepCopy(item, context));
        }

        return copy;
    }
}

internal sealed class CollectionCopier<T> : ReferenceCopier<Collection<T>>
{
    protected override Collection<T> Copy(Collection<T> input, CopyContext context)
    {
        var copy = Record(input, new Collection<T>(), context);
        foreach (var item in input)
        {
            copy.Add(CopierOf<T>.Copier.DeepCopy(item, context));
        }

        return copy;
    }
}

internal sealed class ReadOnlyCollectionCopier<T> : ReferenceCopier<ReadOnlyCollection<T>>
{
    protected override ReadOnlyCollection<T> Copy(ReadOnlyCollection<T> input, CopyContext context)
    {
        var items = new List<T>(input.Count);
        var copy = Record(input, new ReadOnlyCollection<T>(items), context);
        items.AddRange(input.Select(item => CopierOf<T>.Copier.DeepCopy(item, context)));
        return copy;
    }
}

internal sealed class DictionaryCopier<TKey, TValue> : ReferenceCopier<Dictionary<TKey, TValue>>
    where TKey : notnull
{
    protected override Dictionary<TKey, TValue> Copy(Dictionary<TKey, TValue> input, CopyContext context)
    {
        if (CopierOf<TKey>.IsShareable && CopierOf<TValue>.IsShareable)
        {
            return Record(input, new Dictionary<TKey, TValue>(input, input.Comparer), context);
        }

        var copy = Record(input, new Dictionary<TKey, TValue>(input.Count, input.Comparer), context);
        Pairs.Fill(copy, input, context);
        return copy;
    }
}

internal sealed class SortedDictionaryCopier<TKey, TValue> : ReferenceCopier<SortedDictionary<TKey, TValue>>
    where TKey : notnull
{
    protected override SortedDictionary<TKey, TValue> Copy(SortedDictionary<TKey, TValue> input, CopyContext context)
    {
        var copy = Record(input, new SortedDictionary<TKey, TValue>(input.Comparer), context);
        Pairs.Fill(copy, input, context);
        return copy;
    }
}

internal sealed class SortedListCopier<TKey, TValue> : ReferenceCopier<SortedList<TKey, TValue>>
    where TKey : notnull
{
    protected override SortedList<TKey, TValue> Copy(SortedList<TKey, TValue> input, CopyContext context)
    {
        var copy = Record(input, new SortedList<TKey, TValue>(input.Count, input.Comparer), context);
        Pairs.Fill(copy, input, context);
        return copy;
    }
}

internal sealed class ConcurrentDictionaryCopier<TKey, TValue> : ReferenceCopier<ConcurrentDictionary<TKey, TValue>>
    where TKey : notnull
{
    protected override ConcurrentDictionary<TKey, TValue> Copy(ConcurrentDictionary<TKey, TValue> input, CopyContext context)
    {
        var copy = Record(input, new ConcurrentDictionary<TKey, TValue>(input.Comparer), context);
        Pairs.Fill(copy, input, context);
        return copy;
    }
}

internal sealed class ReadOnlyDictionaryCopier<TKey, TValue> : ReferenceCopier<ReadOnlyDictionary<TKey, TValue>>
    where TKey : notnull
{
    protected override ReadOnlyDictionary<TKey, TValue> Copy(ReadOnlyDictionary<TKey, TValue> input, CopyContext context)
    {
        var pairs = new Dictionary<TKey, TValue>(input.Count);
        var copy = Record(input, new ReadOnlyDictionary<TKey, TValue>(pairs), context);
        Pairs.Fill(pairs, input, context);
        return copy;
    }
}

internal static class Pairs
{
    internal static void Fill<TKey, TValue>(
        IDictionary<TKey, TValue> copy, IEnumerable<KeyValuePair<TKey, TValue>> input, CopyContext context)
    {
        var keys = CopierOf<TKey>.Copier;
        var values = CopierOf<TValue>.Copier;
        foreach (var (key, value) in input)
        {
            copy.Add(keys.DeepCopy(key, context), values.DeepCopy(value, context));
        }
    }
}
