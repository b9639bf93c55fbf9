using System.Collections.Immutable;
using System.Text;
using Newtonsoft.Json;
using Orleans.Runtime;

namespace Orleans.Embedded.Tests.AdoNet;

/// <summary>The bytes in a row, as Microsoft Orleans 10.4 writes them, and what it refuses to read.</summary>
public sealed class StoredJsonTests(AdoNetSilo silo) : IClassFixture<AdoNetSilo>
{
    private const string Here = "Orleans.Embedded.Tests";
    private const string Lib = "System.Private.CoreLib";

    private const string Class = "Orleans.Embedded.Tests.AdoNet.StoredJsonTests+";
    private const string String = $"[System.String, {Lib}]";
    private const string List = "System.Collections.Generic.List`1";

    private const string Golden =
        $"{{\"$id\":\"1\",\"$type\":\"{Class}Ledger, {Here}\","
        + "\"Text\":\"\\\"quoted\\\" é 🐘\\n\",\"Number\":-5,\"Big\":9223372036854775807,\"Real\":0.1,\"Money\":12.340,\"Flag\":true,"
        + "\"Guid\":\"0123abcd-4567-89ef-0011-2233445566ff\",\"At\":\"2026-01-02T03:04:05.006Z\","
        + "\"AtOffset\":\"2026-01-02T03:04:05+02:00\",\"Took\":\"00:01:30.5000000\",\"Colour\":2,\"Maybe\":0,"
        + $"\"Bytes\":{{\"$type\":\"System.Byte[], {Lib}\",\"$value\":\"AQL/\"}},"
        + $"\"Names\":{{\"$type\":\"{List}[{String}], {Lib}\",\"$values\":[\"a\",\"b\"]}},"
        + $"\"Counts\":{{\"$id\":\"2\",\"$type\":\"System.Collections.Generic.Dictionary`2[{String},[System.Int32, {Lib}]], {Lib}\","
        + "\"x\":1,\"y z\":2},"
        + $"\"Shape\":{{\"$id\":\"3\",\"$type\":\"{Class}Circle, {Here}\",\"Radius\":1.5,\"Label\":\"c\"}},"
        + $"\"Shapes\":{{\"$type\":\"{List}[[{Class}Shape, {Here}]], {Lib}\","
        + $"\"$values\":[{{\"$ref\":\"3\"}},{{\"$id\":\"4\",\"$type\":\"{Class}Circle, {Here}\",\"Radius\":2.0}}]}},"
        + $"\"Frozen\":{{\"$type\":\"System.Collections.Immutable.ImmutableArray`1[{String}], System.Collections.Immutable\","
        + "\"$values\":[\"f\",\"g\"]},"
        + $"\"Any\":{{\"$id\":\"5\",\"$type\":\"{Class}Pair, {Here}\",\"Left\":\"any\",\"Right\":9}},"
        + "\"Who\":{\"Type\":\"noted\",\"Key\":\"case-1\"},"
        + "\"Friend\":{\"Id\":{\"Type\":\"befriended\",\"Key\":\"friend\"},\"Interface\":\"Orleans.Embedded.Tests.AdoNet.IBefriended\"},"
        + "\"Link\":\"http://example.test/a?b=c\"}";

    private readonly GrainId _id = GrainId.Create("noted", Guid.NewGuid().ToString());

    [Fact]
    public async Task A_row_holds_the_json_that_Orleans_writes()
    {
        await silo.Keeping.WriteStateAsync("ledger", _id, new GrainState<Ledger>(Filled()));
        (await Payload()).ShouldBe(Golden);
    }

    [Fact]
    public async Task A_row_does_not_depend_on_the_rows_written_before()
    {
        var state = new GrainState<Ledger>(Filled());
        await silo.Keeping.WriteStateAsync("ledger", _id, state);
        var first = await Payload();
        await silo.Keeping.WriteStateAsync("ledger", _id, state);
        (await Payload()).ShouldBe(first);
    }

    [Fact]
    public async Task A_row_that_Orleans_wrote_is_read()
    {
        var read = await ReadRow<Ledger>(Golden);
        JsonConvert.SerializeObject(read, Plain).ShouldBe(JsonConvert.SerializeObject(Filled(), Plain));
        read.Shapes[0].ShouldBeSameAs(read.Shape);
        read.Any.ShouldBe(new Pair("any", 9));
        read.Friend!.GetPrimaryKeyString().ShouldBe("friend");
    }

    [Theory]
    [InlineData("System.Diagnostics.Process, System.Diagnostics.Process")]
    [InlineData("System.IO.FileInfo, System.Private.CoreLib")]
    [InlineData("Switchboard.Testing.Postgres.DatabaseFixture, Switchboard.Testing")]
    [InlineData("System.Collections.Generic.List`1[[System.IO.FileInfo, System.Private.CoreLib]], System.Private.CoreLib")]
    [InlineData("No.Such.Type, No.Such.Assembly")]
    public async Task A_row_that_names_a_type_which_is_not_for_storage_is_not_read(string type)
    {
        var row = $"{{\"$id\":\"1\",\"$type\":\"{Class}Ledger, {Here}\",\"Any\":{{\"$type\":\"{type}\"}}}}";
        await Should.ThrowAsync<JsonSerializationException>(() => ReadRow<Ledger>(row));
    }

    [Fact]
    public async Task Members_that_the_class_no_longer_has_are_passed_over()
    {
        var read = await ReadRow<Ledger>($"{{\"$id\":\"1\",\"$type\":\"{Class}Ledger, {Here}\",\"Gone\":{{\"x\":[1]}},\"Number\":3}}");
        read.Number.ShouldBe(3);
    }

    private static JsonSerializerSettings Plain { get; } = new() { ContractResolver = new WithoutReferences() };

    private Ledger Filled()
    {
        var circle = new Circle { Label = "c", Radius = 1.5 };
        return new Ledger
        {
            Text = "\"quoted\" é 🐘\n",
            Number = -5,
            Big = long.MaxValue,
            Real = 0.1,
            Money = 12.340m,
            Flag = true,
            Guid = Guid.Parse("0123abcd-4567-89ef-0011-2233445566ff"),
            At = new DateTime(2026, 1, 2, 3, 4, 5, 6, DateTimeKind.Utc),
            AtOffset = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)),
            Took = TimeSpan.FromSeconds(90.5),
            Colour = Colour.Blue,
            Maybe = Colour.Red,
            Bytes = [1, 2, 255],
            Names = ["a", "b"],
            Counts = new() { ["x"] = 1, ["y z"] = 2 },
            Shape = circle,
            Shapes = [circle, new Circle { Radius = 2 }],
            Frozen = ["f", "g"],
            Any = new Pair("any", 9),
            Who = GrainId.Create("noted", "case-1"),
            Friend = silo.Grains.GetGrain<IBefriended>("friend"),
            Link = new Uri("http://example.test/a?b=c"),
        };
    }

    private async Task<string> Payload()
    {
        await using var command = silo.Rows.CreateCommand("select payloadbinary from orleansstorage where grainidextensionstring = $1");
        command.Parameters.Add(new() { Value = _id.Key.ToString() });
        return Encoding.UTF8.GetString((byte[])(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!);
    }

    private async Task<T> ReadRow<T>(string json)
        where T : new()
    {
        await silo.Keeping.WriteStateAsync("ledger", _id, new GrainState<T>(new T()));
        await using var command = silo.Rows.CreateCommand("update orleansstorage set payloadbinary = $1 where grainidextensionstring = $2");
        command.Parameters.Add(new() { Value = Encoding.UTF8.GetBytes(json) });
        command.Parameters.Add(new() { Value = _id.Key.ToString() });
        (await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)).ShouldBe(1);
        var state = new GrainState<T>();
        await silo.Keeping.ReadStateAsync("ledger", _id, state);
        return state.State!;
    }

    private sealed class WithoutReferences : Newtonsoft.Json.Serialization.DefaultContractResolver
    {
        protected override Newtonsoft.Json.Serialization.JsonProperty CreateProperty(
            System.Reflection.MemberInfo member, MemberSerialization memberSerialization)
        {
            var property = base.CreateProperty(member, memberSerialization);
            property.Ignored |= property.PropertyName is nameof(Ledger.Friend) or nameof(Ledger.Who);
            return property;
        }
    }

    public enum Colour
    {
        Red = 0,
        Green = 1,
        Blue = 2,
    }

    [GenerateSerializer]
    public abstract record Shape
    {
        [Id(0)]
        public string? Label { get; set; }
    }

    [GenerateSerializer]
    public sealed record Circle : Shape
    {
        [Id(0)]
        public double Radius { get; set; }
    }

    [GenerateSerializer]
    public sealed record Pair([property: Id(0)] string Left, [property: Id(1)] int Right);

    [GenerateSerializer]
    public sealed class Ledger
    {
        [Id(0)]
        public string? Text { get; set; }

        [Id(1)]
        public int Number { get; set; }

        [Id(2)]
        public long Big { get; set; }

        [Id(3)]
        public double Real { get; set; }

        [Id(4)]
        public decimal Money { get; set; }

        [Id(5)]
        public bool Flag { get; set; }

        [Id(6)]
        public Guid Guid { get; set; }

        [Id(7)]
        public DateTime At { get; set; }

        [Id(8)]
        public DateTimeOffset AtOffset { get; set; }

        [Id(9)]
        public TimeSpan Took { get; set; }

        [Id(10)]
        public Colour Colour { get; set; }

        [Id(11)]
        public Colour? Maybe { get; set; }

        [Id(12)]
        public byte[]? Bytes { get; set; }

        [Id(13)]
        public List<string> Names { get; set; } = [];

        [Id(14)]
        public Dictionary<string, int> Counts { get; set; } = [];

        [Id(15)]
        public Shape? Shape { get; set; }

        [Id(16)]
        public List<Shape> Shapes { get; set; } = [];

        [Id(17)]
        public ImmutableArray<string> Frozen { get; set; } = [];

        [Id(18)]
        public object? Any { get; set; }

        [Id(19)]
        public GrainId Who { get; set; }

        [Id(20)]
        public IBefriended? Friend { get; set; }

        [Id(21)]
        public Uri? Link { get; set; }
    }
}

/// <summary>A grain that a state refers to.</summary>
public interface IBefriended : IGrainWithStringKey
{
    Task Greet();
}

/// <inheritdoc/>
public sealed class BefriendedGrain : Grain, IBefriended
{
    public Task Greet() => Task.CompletedTask;
}
