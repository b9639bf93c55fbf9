using Orleans.Runtime;

namespace Orleans.Embedded.Tests.AdoNet;

/// <summary>Rows, versions and the ring of reminders, observed on Microsoft Orleans with its own SQL scripts.</summary>
public sealed class ReminderTableTests(AdoNetSilo silo) : IClassFixture<AdoNetSilo>
{
    private static readonly DateTime Start = new(2030, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc);

    private readonly GrainId _id = GrainId.Create("reminded", Guid.NewGuid().ToString());

    private static ReminderEntry Entry(GrainId id, string name = "due") =>
        new() { GrainId = id, ReminderName = name, StartAt = Start, Period = TimeSpan.FromDays(40) };

    [Fact]
    public async Task Every_upsert_gives_the_next_version()
    {
        (await silo.Reminders.UpsertRow(Entry(_id))).ShouldBe("0");
        (await silo.Reminders.UpsertRow(Entry(_id))).ShouldBe("1");
        (await silo.Reminders.UpsertRow(Entry(_id, "other"))).ShouldBe("0");
    }

    [Fact]
    public async Task A_row_is_read_as_it_was_written()
    {
        await silo.Reminders.UpsertRow(Entry(_id));
        var read = (await silo.Reminders.ReadRow(_id, "due")).ShouldNotBeNull();
        (read.GrainId, read.ReminderName, read.StartAt, read.StartAt.Kind, read.Period, read.ETag)
            .ShouldBe((_id, "due", Start, DateTimeKind.Utc, TimeSpan.FromDays(40), "0"));
        (await silo.Reminders.ReadRow(_id, "missing")).ShouldBeNull();
    }

    [Fact]
    public async Task The_rows_of_a_grain_are_its_own()
    {
        await silo.Reminders.UpsertRow(Entry(_id, "a"));
        await silo.Reminders.UpsertRow(Entry(_id, "b"));
        await silo.Reminders.UpsertRow(Entry(GrainId.Create("reminded", Guid.NewGuid().ToString()), "c"));
        (await silo.Reminders.ReadRows(_id)).Reminders.Select(row => row.ReminderName).Order().ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task A_row_is_removed_only_with_its_present_version()
    {
        await silo.Reminders.UpsertRow(Entry(_id));
        await silo.Reminders.UpsertRow(Entry(_id));
        (await silo.Reminders.RemoveRow(_id, "due", "0")).ShouldBeFalse();
        (await silo.Reminders.RemoveRow(_id, "due", "1")).ShouldBeTrue();
        (await silo.Reminders.RemoveRow(_id, "due", "1")).ShouldBeFalse();
        (await silo.Reminders.ReadRow(_id, "due")).ShouldBeNull();
    }

    [Theory]
    [InlineData("crossguid/0123abcd456789ef00112233445566ff", 0x84b801ceu)]
    [InlineData("crossguidext/0123abcd456789ef00112233445566ff+ext é", 0x45393f2au)]
    [InlineData("crossint/FF", 0x6bb01721u)]
    [InlineData("crossstring/case-1", 0x20efa55eu)]
    [InlineData("crossstring/ключ é 🐘", 0x75e7642bu)]
    public async Task A_row_is_at_the_place_of_the_ring_where_Orleans_puts_it(string grainId, uint hash)
    {
        var id = GrainId.Parse(grainId);
        await silo.Reminders.UpsertRow(Entry(id));
        (await silo.Reminders.ReadRows(hash - 1, hash)).Reminders.ShouldHaveSingleItem().GrainId.ShouldBe(id);
        (await silo.Reminders.ReadRows(hash, hash + 1)).Reminders.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_range_goes_from_after_its_begin_to_its_end_and_round_past_zero()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var grains = Enumerable.Range(0, 200).Select(_ => GrainId.Create("ringed", random.NextInt64().ToString("x16"))).ToArray();
        foreach (var grain in grains)
        {
            await silo.Reminders.UpsertRow(Entry(grain));
        }

        uint[] edges = [0, 1, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff];
        uint[] hashes = [grains[0].GetUniformHashCode(), grains[1].GetUniformHashCode()];
        uint[] bounds = [.. edges, .. hashes, .. Enumerable.Range(0, 6).Select(_ => (uint)random.NextInt64(1L << 32))];
        foreach (var (begin, end) in bounds.SelectMany(begin => bounds.Select(end => (begin, end))))
        {
            var found = (await silo.Reminders.ReadRows(begin, end)).Reminders.Select(row => row.GrainId);
            var expected = grains.Where(grain => IsIn(grain.GetUniformHashCode(), begin, end));
            found.Where(id => id.Type.ToString() == "ringed").Order().ShouldBe(expected.Order(), $"({begin:x8}, {end:x8}]");
        }
    }

    [Fact]
    public async Task A_start_without_a_kind_is_taken_for_universal_time()
    {
        var entry = Entry(_id);
        entry.StartAt = DateTime.SpecifyKind(Start, DateTimeKind.Unspecified);
        await silo.Reminders.UpsertRow(entry);
        (await silo.Reminders.ReadRow(_id, "due"))!.StartAt.ShouldBe(Start);
    }

    private static bool IsIn(uint hash, uint begin, uint end) => begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;
}
