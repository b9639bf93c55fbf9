using System.Runtime.CompilerServices;
using Orleans.Serialization.Serializers;

namespace Orleans.Serialization.Cloning;

/// <summary>Copies values whose type is not known at compile time.</summary>
public interface IDeepCopier
{
    /// <summary>A copy that shares nothing mutable with <paramref name="input"/>.</summary>
    object? DeepCopy(object? input, CopyContext context);
}

/// <summary>Copies values.</summary>
/// <typeparam name="T">Their declared type; the runtime type may be derived.</typeparam>
public interface IDeepCopier<T> : IDeepCopier
{
    /// <summary>A copy that shares nothing mutable with <paramref name="input"/>.</summary>
    T DeepCopy(T input, CopyContext context);

    object? IDeepCopier.DeepCopy(object? input, CopyContext context) => input is null ? null : DeepCopy((T)input, context);
}

/// <summary>A copier of the members that a base class declares.</summary>
public interface IBaseCopier
{
}

/// <summary>A copier of the members that a base class declares.</summary>
/// <typeparam name="T">The base class.</typeparam>
public interface IBaseCopier<T> : IBaseCopier
    where T : class
{
    /// <summary>Replaces the members of <paramref name="output"/> by copies of those of <paramref name="input"/>.</summary>
    void DeepCopy(T input, T output, CopyContext context);
}

/// <summary>A copier that may find that there is nothing to copy.</summary>
public interface IOptionalDeepCopier : IDeepCopier
{
    /// <summary>Whether values can be shared.</summary>
    bool IsShallowCopyable();
}

/// <summary>A copier that also serves derived types.</summary>
public interface IDerivedTypeCopier : IDeepCopier
{
}

/// <summary>A copier that decides by itself which types it serves.</summary>
public interface IGeneralizedCopier : IDeepCopier
{
    /// <summary>Whether it serves the type.</summary>
    bool IsSupportedType(Type type);
}

/// <summary>Finds copiers.</summary>
public interface IDeepCopierProvider
{
    /// <summary>The copier of a type.</summary>
    /// <exception cref="CodecNotFoundException">There is none.</exception>
    IDeepCopier<T> GetDeepCopier<T>();

    /// <summary>The copier of a type, or null.</summary>
    IDeepCopier<T>? TryGetDeepCopier<T>();

    /// <summary>The copier of a type.</summary>
    /// <exception cref="CodecNotFoundException">There is none.</exception>
    IDeepCopier GetDeepCopier(Type type);

    /// <summary>The copier of a type, or null.</summary>
    IDeepCopier? TryGetDeepCopier(Type type);

    /// <summary>The copier of a base class's members.</summary>
    IBaseCopier<T> GetBaseCopier<T>()
        where T : class;
}

/// <summary>Shares values because they cannot change.</summary>
/// <typeparam name="T">Their type.</typeparam>
public class ShallowCopier<T> : IOptionalDeepCopier, IDeepCopier<T>
{
    /// <inheritdoc/>
    public T DeepCopy(T input, CopyContext _) => input;

    /// <inheritdoc/>
    public object? DeepCopy(object? input, CopyContext _) => input;

    /// <inheritdoc/>
    public bool IsShallowCopyable() => true;
}

/// <summary>One copy of an object graph: remembers what has been copied, so that shared and cyclic references stay so.</summary>
public sealed class CopyContext(CodecProvider codecProvider, Action<CopyContext> onDisposed) : IDisposable
{
    private readonly Dictionary<object, object> _copies = new(ReferenceEqualityComparer.Instance);

    /// <summary>Finds the copy made before; a null original counts as copied.</summary>
    public bool TryGetCopy<T>(object? original, out T? result)
        where T : class
    {
        if (original is null)
        {
            result = null;
            return true;
        }

        if (_copies.Count != 0 && _copies.TryGetValue(original, out var copy))
        {
            result = (T)copy;
            return true;
        }

        result = null;
        return false;
    }

    /// <summary>Remembers a copy.</summary>
    public void RecordCopy(object original, object copy) => _copies[original] = copy;

    /// <summary>Copies a value by its runtime type.</summary>
    /// <exception cref="CodecNotFoundException">The type has no copier.</exception>
    public T? DeepCopy<T>(T? value)
    {
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>() || value is null)
        {
            return value;
        }

        return (T?)codecProvider.GetDeepCopier(value.GetType()).DeepCopy(value, this);
    }

    /// <summary>Forgets all copies.</summary>
    public void Reset() => _copies.Clear();

    /// <inheritdoc/>
    public void Dispose() => onDisposed(this);
}

/// <summary>Reuses copy contexts.</summary>
public sealed class CopyContextPool(CodecProvider codecProvider) : IDisposable
{
    [ThreadStatic]
    private static CopyContext? t_free;

    private static readonly Action<CopyContext> s_return = static context =>
    {
        context.Reset();
        t_free = context;
    };

    /// <summary>An empty context; dispose it to give it back.</summary>
    public CopyContext GetContext()
    {
        var context = t_free;
        t_free = null;
        return context ?? new CopyContext(codecProvider, s_return);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
