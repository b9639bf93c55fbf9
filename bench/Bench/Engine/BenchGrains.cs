using Orleans;

namespace Switchboard.Bench.Engine;

/// <summary>What a call costs.</summary>
/// <param name="Median">Microseconds.</param>
/// <param name="P99">Microseconds.</param>
/// <param name="Allocated">Bytes.</param>
[GenerateSerializer]
[Immutable]
[Alias("bench.call-costs")]
public sealed record CallCosts([property: Id(0)] double Median, [property: Id(1)] double P99, [property: Id(2)] double Allocated);

/// <summary>A grain with one field.</summary>
public interface IBenchGrain : IGrainWithStringKey
{
    /// <summary>Adds to the field.</summary>
    Task<int> Add(int number);
}

/// <summary>A grain that calls another.</summary>
public interface IBenchCallerGrain : IGrainWithStringKey
{
    /// <summary>Calls the other one after another.</summary>
    Task<CallCosts> CallMany(string callee, int calls);
}

internal sealed class BenchGrain : Grain, IBenchGrain
{
    private int _sum;

    public Task<int> Add(int number) => Task.FromResult(_sum += number);
}

internal sealed class BenchCallerGrain : Grain, IBenchCallerGrain
{
    public Task<CallCosts> CallMany(string callee, int calls) =>
        EngineBench.Measure(GrainFactory.GetGrain<IBenchGrain>(callee), calls);
}
