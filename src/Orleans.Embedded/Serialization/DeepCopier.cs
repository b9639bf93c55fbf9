using Orleans.Serialization.Cloning;
using Orleans.Serialization.Serializers;

namespace Orleans.Serialization;

/// <summary>Copies values of any supported type.</summary>
public sealed class DeepCopier(CodecProvider codecProvider, CopyContextPool contextPool)
{
    /// <summary>A copy that shares nothing mutable with <paramref name="value"/>.</summary>
    public T Copy<T>(T value)
    {
        using var context = contextPool.GetContext();
        return codecProvider.GetDeepCopier<T>().DeepCopy(value, context);
    }

    /// <summary>A copier of one type.</summary>
    public DeepCopier<T> GetCopier<T>() => new(codecProvider.GetDeepCopier<T>(), contextPool);
}

/// <summary>Copies values of one type.</summary>
/// <typeparam name="T">The type.</typeparam>
public sealed class DeepCopier<T>(IDeepCopier<T> copier, CopyContextPool contextPool)
{
    /// <summary>A copy that shares nothing mutable with <paramref name="value"/>.</summary>
    public T Copy(T value)
    {
        using var context = contextPool.GetContext();
        return copier.DeepCopy(value, context);
    }
}
