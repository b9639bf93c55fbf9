using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Runtime;

/// <summary>
/// Constructs grains of one class. Where every constructor parameter turns out to be a singleton or comes from the activation itself,
/// no service scope is made for the activation.
/// </summary>
internal sealed class GrainActivator
{
    private readonly Type _class;
    private readonly Lazy<Plan> _plan;

    internal GrainActivator(IServiceProvider services, Type grainClass)
    {
        _class = grainClass;
        _plan = new Lazy<Plan>(() => CreatePlan(services, grainClass));
    }

    /// <exception cref="InvalidOperationException">The constructor, or finding what it needs, failed.</exception>
    internal object Create(Activation activation)
    {
        try
        {
            var plan = _plan.Value;
            if (plan.Parameters.Length == 0)
            {
                return plan.Constructor.Invoke();
            }

            var arguments = new object?[plan.Parameters.Length];
            for (var i = 0; i < arguments.Length; i++)
            {
                arguments[i] = plan.Parameters[i](activation);
            }

            return plan.Constructor.Invoke(arguments.AsSpan());
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Failed to create an instance of grain type '{_class}'.", exception);
        }
    }

    private static Plan CreatePlan(IServiceProvider services, Type grainClass)
    {
        var constructors = grainClass.GetConstructors(BindingFlags.Instance | BindingFlags.Public);
        var constructor = constructors.FirstOrDefault(c => c.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute), inherit: true))
            ?? constructors.MaxBy(c => c.GetParameters().Length)
            ?? throw new InvalidOperationException($"{grainClass} has no public constructor.");
        return new Plan(
            ConstructorInvoker.Create(constructor),
            [.. constructor.GetParameters().Select(p => CreateArgument(services, p))]);
    }

    private static Func<Activation, object?> CreateArgument(IServiceProvider services, ParameterInfo parameter)
    {
        foreach (var attribute in parameter.GetCustomAttributes().Where(a => a is IFacetMetadata))
        {
            var factory = FacetFactory.Create(services, parameter, (IFacetMetadata)attribute);
            return activation => factory(activation);
        }

        var type = parameter.ParameterType;
        if (type == typeof(IGrainContext))
        {
            return static activation => activation;
        }

        if (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed)
        {
            return activation => activation.ActivationServices.GetRequiredKeyedService(type, keyed.Key);
        }

        if (services.GetRequiredService<SingletonServices>().Contains(type))
        {
            var singleton = new Lazy<object?>(() => services.GetService(type));
            return _ => singleton.Value;
        }

        return activation => activation.ActivationServices.GetService(type)
            ?? (parameter.HasDefaultValue
                ? parameter.DefaultValue
                : throw new InvalidOperationException(
                    $"Unable to resolve service for type '{type}' while attempting to activate '{parameter.Member.DeclaringType}'."));
    }

    private sealed record Plan(ConstructorInvoker Constructor, Func<Activation, object?>[] Parameters);
}

/// <summary>Makes constructor parameters whose attribute says how.</summary>
internal abstract class FacetFactory
{
    internal static Factory<IGrainContext, object> Create(IServiceProvider services, ParameterInfo parameter, IFacetMetadata metadata)
    {
        var maker = (FacetFactory)System.Activator.CreateInstance(typeof(Of<>).MakeGenericType(metadata.GetType()))!;
        return maker.CreateFactory(services, parameter, metadata);
    }

    protected abstract Factory<IGrainContext, object> CreateFactory(IServiceProvider services, ParameterInfo parameter, IFacetMetadata metadata);

    private sealed class Of<TMetadata> : FacetFactory
        where TMetadata : IFacetMetadata
    {
        protected override Factory<IGrainContext, object> CreateFactory(
            IServiceProvider services, ParameterInfo parameter, IFacetMetadata metadata)
        {
            var mapper = services.GetService<IAttributeToFactoryMapper<TMetadata>>() ?? throw new OrleansException(
                $"No IAttributeToFactoryMapper<{typeof(TMetadata)}> is registered, which parameter {parameter.Name} of "
                + $"{parameter.Member.DeclaringType} needs.");
            return mapper.GetFactory(parameter, (TMetadata)metadata);
        }
    }
}

/// <summary>Knows which services are singletons, from the registrations of the host.</summary>
internal sealed class SingletonServices(IServiceCollection registrations)
{
    private readonly Lazy<HashSet<Type>> _singletons = new(() => Collect(registrations));

    internal bool Contains(Type service) =>
        _singletons.Value.Contains(service)
        || (service.IsConstructedGenericType && _singletons.Value.Contains(service.GetGenericTypeDefinition()));

    private static HashSet<Type> Collect(IServiceCollection registrations)
    {
        var singletons = new HashSet<Type>();
        foreach (var registration in registrations.Where(r => !r.IsKeyedService))
        {
            // The last registration is the one that is resolved.
            if (registration.Lifetime == ServiceLifetime.Singleton)
            {
                singletons.Add(registration.ServiceType);
            }
            else
            {
                singletons.Remove(registration.ServiceType);
            }
        }

        return singletons;
    }
}
