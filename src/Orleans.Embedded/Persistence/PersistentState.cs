using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans
{
    /// <summary>Makes the values of <see cref="PersistentStateAttribute"/> parameters.</summary>
    public class PersistentStateAttributeMapper : IAttributeToFactoryMapper<PersistentStateAttribute>
    {
        private static readonly MethodInfo s_create = typeof(PersistentStateAttributeMapper).GetMethod(
            nameof(CreateFactory), BindingFlags.Static | BindingFlags.NonPublic)!;

        /// <inheritdoc/>
        public Factory<IGrainContext, object> GetFactory(ParameterInfo parameter, PersistentStateAttribute attribute)
        {
            ArgumentNullException.ThrowIfNull(parameter);
            ArgumentNullException.ThrowIfNull(attribute);
            if (!parameter.ParameterType.IsGenericType || parameter.ParameterType.GetGenericTypeDefinition() != typeof(IPersistentState<>))
            {
                throw new ArgumentException(
                    $"Parameter {parameter.Name} of {parameter.Member.DeclaringType} has [PersistentState], so that its type must be "
                    + $"IPersistentState<T> and not {parameter.ParameterType}.",
                    nameof(parameter));
            }

            IPersistentStateConfiguration configuration = string.IsNullOrEmpty(attribute.StateName)
                ? new PersistentStateAttribute(parameter.Name!, attribute.StorageName)
                : attribute;
            return (Factory<IGrainContext, object>)s_create
                .MakeGenericMethod(parameter.ParameterType.GetGenericArguments())
                .Invoke(null, [configuration])!;
        }

        private static Factory<IGrainContext, object> CreateFactory<TState>(IPersistentStateConfiguration configuration) => context =>
        {
            var factory = context.ActivationServices.GetRequiredService<IPersistentStateFactory>();
            try
            {
                return factory.Create<TState>(context, configuration);
            }
            catch (Exception exception)
            {
                // Orleans makes the state by reflection and lets that show; code that looks at inner exceptions depends on it.
                throw new TargetInvocationException(exception);
            }
        };
    }
}

namespace Orleans.Runtime
{
    /// <summary>Makes stored states over the named storage provider.</summary>
    public class PersistentStateFactory : IPersistentStateFactory
    {
        /// <inheritdoc/>
        public IPersistentState<TState> Create<TState>(IGrainContext context, IPersistentStateConfiguration cfg)
        {
            ArgumentNullException.ThrowIfNull(context);
            ArgumentNullException.ThrowIfNull(cfg);
            var storage = GrainStorageHelpers.Find(context.ActivationServices, cfg.StorageName) ?? throw new BadProviderConfigException(
                $"State {cfg.StateName} of {context.GrainId} wants the storage provider "
                + $"\"{cfg.StorageName ?? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME}\", which is not cfgured.");
            var state = new PersistentState<TState>(GetFullStateName(context, cfg), context, storage);
            state.LoadWith(context.ObservableLifecycle);
            return state;
        }

        /// <summary>The name under which storage keeps the state.</summary>
        protected virtual string GetFullStateName(IGrainContext context, IPersistentStateConfiguration cfg) => cfg.StateName;
    }
}

namespace Orleans.Storage
{
    /// <summary>Finds storage providers.</summary>
    public static class GrainStorageHelpers
    {
        /// <summary>The provider that the class's <see cref="StorageProviderAttribute"/> names, or the default one.</summary>
        /// <exception cref="BadProviderConfigException">It is not configured.</exception>
        public static IGrainStorage GetGrainStorage(Type grainType, IServiceProvider services)
        {
            var name = grainType.GetCustomAttribute<StorageProviderAttribute>()?.ProviderName;
            return Find(services, name) ?? throw new BadProviderConfigException(
                $"{grainType} wants the storage provider \"{name ?? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME}\", which is not configured.");
        }

        internal static IGrainStorage? Find(IServiceProvider services, string? name) =>
            services.GetKeyedService<IGrainStorage>(string.IsNullOrEmpty(name) ? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME : name)
            ?? (string.IsNullOrEmpty(name) ? services.GetService<IGrainStorage>() : null);

        internal static Core.IStorage<TState> StateOf<TState>(IGrainContext context)
        {
            // The name that Orleans gives it since version 7, whatever the class; the row is found by it.
            const string stateName = "state";
            return new PersistentState<TState>(
                stateName, context, GetGrainStorage(((Activation)context).Type.Class, context.ActivationServices));
        }
    }
}
