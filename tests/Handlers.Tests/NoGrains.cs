using System.Reflection;
using Orleans;

namespace Switchboard.Handlers.Tests;

/// <summary>A grain factory for handlers that are made but never call a grain.</summary>
public class NoGrains : DispatchProxy
{
    public static IGrainFactory Create() => Create<IGrainFactory, NoGrains>();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        throw new NotSupportedException($"{targetMethod?.Name}: there are no grains in this test.");
}
