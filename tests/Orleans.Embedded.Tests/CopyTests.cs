using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Serialization;

namespace Orleans.Embedded.Tests;

[GenerateSerializer]
public sealed record Point([property: Id(0)] int X, [property: Id(1)] string Name);

[GenerateSerializer]
public sealed record Line([property: Id(0)] ImmutableArray<Point> Points, [property: Id(1)] Point? Label);

[GenerateSerializer]
public class Box
{
    [Id(0)]
    public List<Point> Points { get; init; } = [];

    [Id(1)]
    public Box? Other { get; set; }

    [Id(2)]
    private readonly int[] _numbers = [1, 2];

    [field: NonSerialized]
    public int Cached { get; set; }

    public int[] Numbers => _numbers;
}

[GenerateSerializer]
public sealed class LabelledBox : Box
{
    [Id(0)]
    public List<string> Labels { get; set; } = [];
}

[GenerateSerializer]
public struct Pair
{
    [Id(0)]
    public List<int> Items;

    [Id(1)]
    public int Number { get; set; }
}

[GenerateSerializer]
public sealed class Generic<T>
{
    [Id(0)]
    public T? Value { get; set; }
}

[GenerateSerializer]
public abstract record Shape([property: Id(0)] string Name);

[GenerateSerializer]
public sealed record Circle([property: Id(0)] double Radius, string Name) : Shape(Name);

[GenerateSerializer]
public sealed record Polygon([property: Id(0)] List<Point> Corners, string Name) : Shape(Name);

[Orleans.Immutable]
public sealed class Promised
{
    public List<int> Items { get; } = [];
}

/// <summary>A type that somebody else declared, without attributes.</summary>
public sealed class Foreign(List<int> items)
{
    public List<int> Items { get; } = items;
}

[GenerateSerializer]
public struct ForeignSurrogate
{
    [Id(0)]
    public List<int> Items;
}

[RegisterConverter]
public sealed class ForeignConverter : IConverter<Foreign, ForeignSurrogate>
{
    public Foreign ConvertFromSurrogate(in ForeignSurrogate surrogate) => new(surrogate.Items);

    public ForeignSurrogate ConvertToSurrogate(in Foreign value) => new() { Items = value.Items };
}

public interface ICopyGrain : IGrainWithStringKey
{
    Task<bool> Keep(Line line, Box box, [Orleans.Immutable] List<int> shared, Foreign foreign);

    Task<Shape> Echo(Shape shape);

    Task<object?> EchoAny(object? value);

    Task<Immutable<List<int>>> Wrapped(Immutable<List<int>> list);

    Task<List<int>> Mine();

    Task<int> MineCount();
}

public sealed class CopyGrain : Grain, ICopyGrain
{
    private readonly List<int> _mine = [1];

    internal static List<object> Kept { get; } = [];

    public Task<bool> Keep(Line line, Box box, List<int> shared, Foreign foreign)
    {
        lock (Kept)
        {
            Kept.AddRange([line, box, shared, foreign]);
        }

        return Task.FromResult(true);
    }

    public Task<Shape> Echo(Shape shape) => Task.FromResult(shape);

    public Task<object?> EchoAny(object? value) => Task.FromResult(value);

    public Task<Immutable<List<int>>> Wrapped(Immutable<List<int>> list) => Task.FromResult(list);

    public Task<List<int>> Mine() => Task.FromResult(_mine);

    public Task<int> MineCount() => Task.FromResult(_mine.Count);
}

public class CopyTests
{
    [Fact]
    public async Task What_cannot_change_is_shared_and_what_can_is_copied()
    {
        await using var silo = await TestSilo.StartAsync();
        var line = new Line([new Point(1, "a")], null);
        var box = new Box { Points = [new Point(2, "b")], Cached = 7 };
        var shared = new List<int> { 1 };
        var foreign = new Foreign([1, 2]);

        await silo.Client.GetGrain<ICopyGrain>("a").Keep(line, box, shared, foreign);

        lock (CopyGrain.Kept)
        {
            CopyGrain.Kept.ShouldContain(o => ReferenceEquals(o, line));
            CopyGrain.Kept.ShouldContain(o => ReferenceEquals(o, shared));
            CopyGrain.Kept.ShouldNotContain(o => ReferenceEquals(o, box));
            CopyGrain.Kept.ShouldNotContain(o => ReferenceEquals(o, foreign));
            var copy = CopyGrain.Kept.OfType<Box>().Single();
            copy.Points.ShouldBe(box.Points);
            copy.Numbers.ShouldBe([1, 2]);
            copy.Numbers.ShouldNotBeSameAs(box.Numbers);
            copy.Cached.ShouldBe(0);
            CopyGrain.Kept.OfType<Foreign>().Single().Items.ShouldBe([1, 2]);
        }
    }

    [Fact]
    public async Task Derived_values_stay_what_they_are()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<ICopyGrain>("a");
        var polygon = new Polygon([new Point(1, "c")], "p");

        var copy = (await grain.Echo(polygon)).ShouldBeOfType<Polygon>();
        copy.ShouldNotBeSameAs(polygon);
        copy.Corners.ShouldBe(polygon.Corners);
        copy.Corners.ShouldNotBeSameAs(polygon.Corners);
        var circle = new Circle(1, "c");
        (await grain.Echo(circle)).ShouldBe(circle);
    }

    [Fact]
    public async Task Results_are_copied_so_that_callers_cannot_reach_into_a_grain()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<ICopyGrain>("a");

        (await grain.Mine()).Add(2);

        (await grain.MineCount()).ShouldBe(1);
        var list = new List<int>();
        (await grain.Wrapped(list.AsImmutable())).Value.ShouldBeSameAs(list);
    }

    [Fact]
    public async Task A_value_without_a_copier_is_refused_before_the_call_is_sent()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<ICopyGrain>("a");

        Should.Throw<CodecNotFoundException>(() => { _ = grain.EchoAny(new Uncopyable()); });
        (await grain.EchoAny(new Dictionary<string, int[]> { ["a"] = [1] })).ShouldBeOfType<Dictionary<string, int[]>>()["a"].ShouldBe([1]);
        (await grain.EchoAny(null)).ShouldBeNull();
    }

    [Fact]
    public async Task Shared_and_cyclic_references_stay_so()
    {
        await using var silo = await TestSilo.StartAsync();
        var copier = silo.Services.GetRequiredService<DeepCopier>();
        var box = new LabelledBox { Points = [new Point(1, "a")], Labels = ["x"] };
        box.Other = box;

        var copy = copier.Copy<Box>(box).ShouldBeOfType<LabelledBox>();

        copy.ShouldNotBeSameAs(box);
        copy.Other.ShouldBeSameAs(copy);
        copy.Labels.ShouldBe(["x"]);
        copy.Labels.ShouldNotBeSameAs(box.Labels);
        copy.Points.ShouldNotBeSameAs(box.Points);
    }

    [Fact]
    public async Task Structs_generics_tuples_and_collections_are_copied_deeply()
    {
        await using var silo = await TestSilo.StartAsync();
        var copier = silo.Services.GetRequiredService<DeepCopier>();
        var list = new List<int> { 1 };

        copier.Copy(new Pair { Items = list, Number = 3 }).Items.ShouldNotBeSameAs(list);
        copier.Copy(new Generic<List<int>> { Value = list })!.Value.ShouldNotBeSameAs(list);
        copier.Copy((list, "a")).list.ShouldNotBeSameAs(list);
        copier.Copy(new KeyValuePair<string, List<int>>("k", list)).Value.ShouldNotBeSameAs(list);
        copier.Copy(ImmutableList.Create(list))![0].ShouldNotBeSameAs(list);
        copier.Copy(new[,] { { list } })![0, 0].ShouldNotBeSameAs(list);
        copier.Copy(new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "a" })!.ShouldContain("A");
        copier.Copy<IReadOnlyList<List<int>>>(new[] { list })![0].ShouldNotBeSameAs(list);
        var immutable = ImmutableArray.Create("a");
        copier.Copy(immutable).ShouldBe(immutable);
        var promised = new Promised();
        copier.Copy(promised).ShouldBeSameAs(promised);
    }

    private sealed class Uncopyable;
}
