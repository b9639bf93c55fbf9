using Microsoft.Extensions.Options;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Configuration;

namespace Orleans.Serialization.Serializers
{
    /// <summary>Finds copiers.</summary>
    public interface ICodecProvider : IDeepCopierProvider
    {
        /// <summary>The services of the host.</summary>
        IServiceProvider Services { get; }
    }

    /// <summary>
    /// Finds copiers. They depend on types alone, so that they are shared by all hosts of the process and a look-up by a type known at
    /// compile time is one field read.
    /// </summary>
    public sealed class CodecProvider : ICodecProvider
    {
        /// <summary>Makes a provider and loads what generated code registered.</summary>
        public CodecProvider(IServiceProvider serviceProvider, IOptions<TypeManifestOptions> codecConfiguration)
        {
            ArgumentNullException.ThrowIfNull(codecConfiguration);
            Services = serviceProvider;
            CopierRegistry.Add(codecConfiguration.Value);
        }

        /// <inheritdoc/>
        public IServiceProvider Services { get; }

        /// <inheritdoc/>
        public IDeepCopier<T> GetDeepCopier<T>() => CopierOf<T>.Copier;

        /// <inheritdoc/>
        public IDeepCopier<T>? TryGetDeepCopier<T>() => (IDeepCopier<T>?)CopierRegistry.Find(typeof(T));

        /// <inheritdoc/>
        public IDeepCopier GetDeepCopier(Type fieldType) => CopierRegistry.Get(fieldType);

        /// <inheritdoc/>
        public IDeepCopier? TryGetDeepCopier(Type fieldType) => CopierRegistry.Find(fieldType);

        /// <inheritdoc/>
        public IBaseCopier<TField> GetBaseCopier<TField>()
            where TField : class =>
            CopierRegistry.FindBase(typeof(TField)) as IBaseCopier<TField>
            ?? throw CopierRegistry.NotFound(typeof(TField));
    }
}

namespace Orleans.Serialization
{
    /// <summary>The copier of a type known at compile time.</summary>
    internal static class CopierOf<T>
    {
        private static IDeepCopier<T>? s_copier;
        private static bool s_shareable;

        /// <exception cref="CodecNotFoundException">There is none.</exception>
        internal static IDeepCopier<T> Copier => s_copier ?? Resolve();

        /// <summary>Whether values can be shared; false also when there is no copier.</summary>
        internal static bool IsShareable => s_copier is null ? ResolveShareable() : s_shareable;

        internal static T Copy(T value)
        {
            var copier = Copier;
            if (s_shareable || value is null)
            {
                return value;
            }

            using var context = CopierRegistry.Contexts.GetContext();
            return copier.DeepCopy(value, context);
        }

        private static IDeepCopier<T> Resolve()
        {
            var copier = (IDeepCopier<T>)CopierRegistry.Get(typeof(T));
            s_shareable = CopierRegistry.IsShareable(copier);
            Volatile.Write(ref s_copier, copier);
            return copier;
        }

        private static bool ResolveShareable()
        {
            if (CopierRegistry.Find(typeof(T)) is null)
            {
                return false;
            }

            Resolve();
            return s_shareable;
        }
    }
}
