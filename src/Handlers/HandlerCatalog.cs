using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Events;
using Switchboard.Handlers.Running;

namespace Switchboard.Handlers;

/// <summary>
/// The flavors that there are, and those that this process serves. It is complete when the services have been registered, so that a
/// stream provider can be registered for each flavor. <c>Handlers:Flavors</c> of the configuration names those to serve; all when it is
/// not set.
/// </summary>
public sealed class HandlerCatalog
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Handlers";

    private readonly List<Flavor> _known = [];
    private readonly Dictionary<string, Func<IServiceProvider, EventHandler>> _handlers = new(StringComparer.Ordinal);
    private readonly HashSet<string>? _wanted;

    /// <summary>A catalog whose flavors come from <see cref="Add{THandler}"/>.</summary>
    public HandlerCatalog(IServiceCollection services, IConfiguration configuration)
    {
        Services = services;
        if (configuration[$"{Section}:Flavors"] is { } names)
        {
            _wanted = names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);
        }
    }

    /// <summary>Where a flavor registers what it needs of its own, such as the reader of its tables.</summary>
    public IServiceCollection Services { get; }

    /// <summary>All flavors of this release, in the order of their registration.</summary>
    public IReadOnlyList<Flavor> Known => _known;

    /// <summary>Those that this process serves.</summary>
    public IEnumerable<Flavor> Served => _known.Where(Serves);

    /// <summary>What a stream provider may leave out: whether a flavor's handler wants an event at all.</summary>
    public Func<EventRecord, bool> FilterOf(Flavor flavor, IServiceProvider services) => _handlers[flavor.Name](services).Wants;

    /// <summary>Whether this process serves a flavor.</summary>
    public bool Serves(Flavor flavor) => _wanted?.Contains(flavor.Name) ?? true;

    /// <summary>Names in the configuration that no flavor has.</summary>
    internal IReadOnlyList<string> Unknown => [.. (_wanted ?? []).Except(_known.Select(flavor => flavor.Name)).Order(StringComparer.Ordinal)];

    /// <summary>Adds a flavor and its handler, made once and shared by all cases.</summary>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public HandlerCatalog Add<THandler>(Flavor flavor)
        where THandler : EventHandler
    {
        if (_known.Exists(known => known.Name == flavor.Name))
        {
            throw new InvalidOperationException($"There are two handlers of flavor '{flavor.Name}'; the name is that of its streams and rows, give one of them another.");
        }

        _known.Add(flavor);
        _handlers.Add(flavor.Name, static provider => provider.GetRequiredService<THandler>());
        Services.AddSingleton<THandler>();
        Services.AddSingleton(provider => new HandlerHost<THandler>(provider.GetRequiredService<THandler>(), flavor, provider.GetRequiredService<PipeParts>()));
        if (Serves(flavor))
        {
            Services.AddSingleton(provider => new ServedFlavor(provider.GetRequiredService<HandlerHost<THandler>>().Pipe));
        }

        return this;
    }
}

/// <summary>A flavor that this process serves.</summary>
internal sealed record ServedFlavor(EventPipe Pipe);
