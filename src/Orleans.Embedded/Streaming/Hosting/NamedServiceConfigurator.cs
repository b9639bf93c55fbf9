using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Orleans.Hosting;

/// <summary>Configures a service that has a name; so have its options and parts.</summary>
public interface INamedServiceConfigurator
{
    /// <summary>The name.</summary>
    string Name { get; }

    /// <summary>Adds services.</summary>
    Action<Action<IServiceCollection>> ConfigureDelegate { get; }
}

/// <summary>Configures a service that has a name.</summary>
public class NamedServiceConfigurator(string name, Action<Action<IServiceCollection>> configureDelegate) : INamedServiceConfigurator
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public Action<Action<IServiceCollection>> ConfigureDelegate { get; } = configureDelegate;
}

/// <summary>Options and parts of a service that has a name.</summary>
public static class NamedServiceConfiguratorExtensions
{
    /// <summary>Sets the options of that name.</summary>
    public static void Configure<TOptions>(this INamedServiceConfigurator configurator, Action<OptionsBuilder<TOptions>>? configureOptions)
        where TOptions : class, new() =>
        configurator.ConfigureDelegate(services => configureOptions?.Invoke(services.AddOptions<TOptions>(configurator.Name)));

    /// <summary>Adds a part and sets its options.</summary>
    public static void ConfigureComponent<TOptions, TComponent>(
        this INamedServiceConfigurator configurator,
        Func<IServiceProvider, string, TComponent> factory,
        Action<OptionsBuilder<TOptions>>? configureOptions = null)
        where TOptions : class, new()
        where TComponent : class
    {
        configurator.Configure(configureOptions);
        configurator.ConfigureComponent(factory);
    }

    /// <summary>Adds a part; one that is added later takes its place.</summary>
    public static void ConfigureComponent<TComponent>(
        this INamedServiceConfigurator configurator, Func<IServiceProvider, string, TComponent> factory)
        where TComponent : class =>
        configurator.ConfigureDelegate(services =>
            services.AddKeyedSingleton(configurator.Name, (provider, key) => factory(provider, (string)key!)));
}
