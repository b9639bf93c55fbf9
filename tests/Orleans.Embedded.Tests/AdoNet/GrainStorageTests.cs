using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Embedded.Tests.AdoNet;

/// <summary>ETags and rows, observed on Microsoft Orleans with its own SQL scripts.</summary>
public sealed class GrainStorageTests(AdoNetSilo silo) : IClassFixture<AdoNetSilo>
{
    private const string Name = "note";

    private readonly GrainId _id = GrainId.Create("noted", Guid.NewGuid().ToString());

    private static GrainState<Note> Fresh(string text = "") => new() { State = new Note { Text = text } };

    [Fact]
    public async Task A_grain_without_a_row_has_a_fresh_state_and_no_etag()
    {
        var state = Fresh("in memory");
        await silo.Keeping.ReadStateAsync(Name, _id, state);
        (state.State!.Text, state.ETag, state.RecordExists).ShouldBe(("", null, false));
    }

    [Fact]
    public async Task Writes_count_up_from_version_one()
    {
        var state = Fresh("a");
        await silo.Keeping.WriteStateAsync(Name, _id, state);
        (state.ETag, state.RecordExists).ShouldBe(("1", true));
        await silo.Keeping.WriteStateAsync(Name, _id, state);
        state.ETag.ShouldBe("2");
    }

    [Fact]
    public async Task What_was_written_is_read()
    {
        await silo.Keeping.WriteStateAsync(Name, _id, Fresh("kept"));
        var read = Fresh();
        await silo.Keeping.ReadStateAsync(Name, _id, read);
        (read.State!.Text, read.ETag, read.RecordExists).ShouldBe(("kept", "1", true));
    }

    [Fact]
    public async Task A_stale_etag_is_refused_and_changes_nothing()
    {
        var first = Fresh("one");
        await silo.Keeping.WriteStateAsync(Name, _id, first);
        first.State!.Text = "two";
        await silo.Keeping.WriteStateAsync(Name, _id, first);

        var stale = new GrainState<Note>(new Note { Text = "late" }, "1");
        await Should.ThrowAsync<InconsistentStateException>(() => silo.Keeping.WriteStateAsync(Name, _id, stale));
        await Should.ThrowAsync<InconsistentStateException>(() => silo.Keeping.ClearStateAsync(Name, _id, stale));
        stale.ETag.ShouldBe("1");

        var read = Fresh();
        await silo.Keeping.ReadStateAsync(Name, _id, read);
        (read.State!.Text, read.ETag).ShouldBe(("two", "2"));
    }

    [Fact]
    public async Task A_first_write_is_refused_when_there_is_a_row_already()
    {
        await silo.Keeping.WriteStateAsync(Name, _id, Fresh("one"));
        await Should.ThrowAsync<InconsistentStateException>(() => silo.Keeping.WriteStateAsync(Name, _id, Fresh("other")));
    }

    [Fact]
    public async Task Of_many_first_writers_at_once_one_wins()
    {
        for (var round = 0; round < 20; round++)
        {
            var id = GrainId.Create("noted", Guid.NewGuid().ToString());
            var wins = await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() => Wins(id, writer))));
            wins.Count(won => won).ShouldBe(1);
        }

        async Task<bool> Wins(GrainId id, int writer)
        {
            try
            {
                await silo.Keeping.WriteStateAsync(Name, id, Fresh($"{writer}"));
                return true;
            }
            catch (InconsistentStateException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task A_cleared_state_leaves_an_empty_row_whose_version_goes_on()
    {
        var state = Fresh("a");
        await silo.Keeping.WriteStateAsync(Name, _id, state);
        await silo.Keeping.ClearStateAsync(Name, _id, state);
        (state.State!.Text, state.ETag, state.RecordExists).ShouldBe(("", "2", false));

        var read = Fresh("in memory");
        await silo.Keeping.ReadStateAsync(Name, _id, read);
        (read.State!.Text, read.ETag, read.RecordExists).ShouldBe(("", "2", false));

        await Should.ThrowAsync<InconsistentStateException>(() => silo.Keeping.WriteStateAsync(Name, _id, Fresh("did not read")));
        await silo.Keeping.WriteStateAsync(Name, _id, read);
        read.ETag.ShouldBe("3");
    }

    [Fact]
    public async Task A_state_that_is_deleted_when_cleared_starts_anew()
    {
        var state = Fresh("a");
        await silo.Deleting.WriteStateAsync(Name, _id, state);
        await silo.Deleting.ClearStateAsync(Name, _id, state);
        (state.State!.Text, state.ETag, state.RecordExists).ShouldBe(("", null, false));

        var next = Fresh("b");
        await silo.Deleting.WriteStateAsync(Name, _id, next);
        next.ETag.ShouldBe("1");
    }

    [Fact]
    public async Task Clearing_what_was_not_read_clears_what_is_there()
    {
        await silo.Keeping.WriteStateAsync(Name, _id, Fresh("a"));
        var unread = Fresh();
        await silo.Keeping.ClearStateAsync(Name, _id, unread);
        (unread.ETag, unread.RecordExists).ShouldBe(("2", false));
    }

    [Fact]
    public async Task Clearing_what_is_not_there_writes_no_row()
    {
        var state = Fresh();
        await silo.Keeping.ClearStateAsync(Name, _id, state);
        (state.ETag, state.RecordExists).ShouldBe((null, false));
        await using var count = silo.Rows.CreateCommand("select count(*) from orleansstorage where grainidextensionstring = $1");
        count.Parameters.Add(new() { Value = _id.Key.ToString() });
        (await count.ExecuteScalarAsync(TestContext.Current.CancellationToken)).ShouldBe(0L);
    }

    [Fact]
    public async Task States_of_other_names_and_services_are_other_rows()
    {
        await silo.Keeping.WriteStateAsync(Name, _id, Fresh("mine"));
        var otherName = Fresh();
        await silo.Keeping.ReadStateAsync("other", _id, otherName);
        otherName.RecordExists.ShouldBeFalse();

        await using var other = await silo.StartAsync("another-service");
        var otherService = Fresh();
        var storage = (IGrainStorage)other.GetSiloServiceProvider().GetService(typeof(IGrainStorage))!;
        await storage.ReadStateAsync(Name, _id, otherService);
        otherService.RecordExists.ShouldBeFalse();
    }

    /// <summary>Something to keep.</summary>
    [GenerateSerializer]
    public sealed class Note
    {
        [Id(0)]
        public string Text { get; set; } = "";
    }
}
