using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Commands;
using Switchboard.Events;
using Switchboard.Grains.DeadLetters;
using Switchboard.Grains.EventStore;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.DeadLetters;

public sealed class DeadLetterTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private readonly string _flavor = $"flavor-{Guid.NewGuid():N}";
    private TestStorage _storage = null!;
    private IDeadLetters _letters = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _storage = TestStorage.Connect(database.Database);
        _letters = _storage.Services.GetRequiredService<IDeadLetters>();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    [Fact]
    public async Task A_letter_keeps_everything_that_is_needed_to_replay_it()
    {
        var record = Record(Guid.CreateVersion7(), 7);

        (await _letters.ParkAsync(DeadLetter.About(record, _flavor, DeadLetterReason.HandlerFailed, "it broke", 5), Token)).ShouldBeTrue();

        var listed = (await _letters.ListAsync("case-management", new DeadLetterQuery(_flavor), Token)).ShouldHaveSingleItem();
        listed.Letter.Payload.Length.ShouldBe(0);
        var letter = (await _letters.FindAsync("case-management", listed.Id, Token))!;
        letter.Status.ShouldBe(DeadLetterStatus.Parked);
        letter.Letter.Error.ShouldBe("it broke");
        letter.Letter.Attempts.ShouldBe(5);
        RecordHeaders.TryRecord(letter.Letter).ShouldBe(record);
    }

    [Fact]
    public async Task An_event_is_parked_once_however_often_it_fails()
    {
        var letter = DeadLetter.About(Record(Guid.CreateVersion7(), 1), _flavor, DeadLetterReason.HandlerFailed, "it broke", 5);

        var kept = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _letters.ParkAsync(letter, Token).AsTask()));

        kept.Count(one => one).ShouldBe(1);
        (await _letters.CountAsync("case-management", Token))[_flavor].ShouldBe(1);
    }

    [Fact]
    public async Task An_event_that_was_handled_meanwhile_is_not_parked()
    {
        var record = Record(Guid.CreateVersion7(), 1);
        await _letters.ParkAsync(DeadLetter.About(Record(Guid.CreateVersion7(), 1), _flavor, DeadLetterReason.HandlerFailed, "another", 5), Token);
        await database.Database.ExecuteAsync(
            $"insert into handler_mark (event_id, flavor) select '{record.EventId}', id from handler_flavor where name = '{_flavor}'");

        (await _letters.ParkAsync(DeadLetter.About(record, _flavor, DeadLetterReason.HandlerFailed, "late", 5), Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_record_without_an_id_is_told_by_where_it_came_from()
    {
        var bytes = new byte[] { 0xFF, 0x00, 0xFE };
        var letter = new DeadLetter
        {
            Tenant = "case-management",
            Flavor = _flavor,
            Reason = DeadLetterReason.Undecodable,
            Source = "kafka:domain-events/3/1234",
            Error = "no JSON \0 here \uD800",
            Payload = bytes,
            Headers = ImmutableSortedDictionary<string, string>.Empty.Add("x-\0odd", "\uDC00"),
        };

        (await _letters.ParkAsync(letter, Token)).ShouldBeTrue();
        (await _letters.ParkAsync(letter, Token)).ShouldBeFalse();
        (await _letters.ParkAsync(letter with { Source = "kafka:domain-events/3/1235" }, Token)).ShouldBeTrue();

        var first = (await _letters.ListAsync("case-management", new DeadLetterQuery(_flavor), Token))[0];
        var stored = (await _letters.FindAsync("case-management", first.Id, Token))!.Letter;
        stored.Payload.ToArray().ShouldBe(bytes);
        stored.Error.ShouldBe("no JSON \uFFFD here \uFFFD");
        RecordHeaders.TryRecord(stored).ShouldBeNull();
    }

    [Fact]
    public async Task A_payload_of_five_megabytes_is_kept_whole()
    {
        var record = Record(Guid.CreateVersion7(), 1) with { Payload = $$"""{"message":"{{new string('x', 5_000_000)}}"}""" };
        await _letters.ParkAsync(DeadLetter.About(record, _flavor, DeadLetterReason.HandlerFailed, "too much", 1), Token);

        var listed = (await _letters.ListAsync("case-management", new DeadLetterQuery(_flavor), Token)).ShouldHaveSingleItem();
        RecordHeaders.TryRecord((await _letters.FindAsync("case-management", listed.Id, Token))!.Letter).ShouldBe(record);
    }

    [Fact]
    public async Task A_replay_takes_along_what_is_parked_behind_it()
    {
        var stream = Guid.CreateVersion7();
        foreach (var (version, reason) in new[]
        {
            (3L, DeadLetterReason.HandlerFailed), (4, DeadLetterReason.BehindAnother), (5, DeadLetterReason.BehindAnother),
        })
        {
            await _letters.ParkAsync(DeadLetter.About(Record(stream, version), _flavor, reason, "no", 1), Token);
        }

        await _letters.ParkAsync(DeadLetter.About(Record(Guid.CreateVersion7(), 1), _flavor, DeadLetterReason.HandlerFailed, "no", 1), Token);
        var letters = await _letters.ListAsync("case-management", new DeadLetterQuery(_flavor), Token);

        (await _letters.RequestReplayAsync("case-management", [letters[1].Id], "ops", Token)).ShouldBe(3);

        var asked = await _letters.ListAsync("case-management", new DeadLetterQuery(_flavor, DeadLetterStatus.ReplayRequested), Token);
        asked.Select(letter => letter.Letter.Version).ShouldBe([3L, 4, 5]);
        asked.ShouldAllBe(letter => letter.ChangedBy == "ops");
    }

    [Fact]
    public async Task A_replay_of_a_flavor_is_bounded_and_takes_the_oldest_first()
    {
        foreach (var version in Enumerable.Range(1, 5))
        {
            await _letters.ParkAsync(DeadLetter.About(Record(Guid.CreateVersion7(), version), _flavor, DeadLetterReason.HandlerFailed, "no", 1), Token);
        }

        (await _letters.RequestReplayAsync("case-management", _flavor, 2, "ops", Token)).ShouldBe(2);

        (await _letters.ListAsync("case-management", new DeadLetterQuery(_flavor, DeadLetterStatus.ReplayRequested), Token))
            .Select(letter => letter.Letter.Version).ShouldBe([1L, 2]);
    }

    [Fact]
    public async Task A_dropped_letter_stays_visible_and_is_not_replayed()
    {
        var letter = DeadLetter.About(Record(Guid.CreateVersion7(), 1), _flavor, DeadLetterReason.HandlerFailed, "no", 1);
        await _letters.ParkAsync(letter, Token);
        var id = (await _letters.ListAsync("case-management", new DeadLetterQuery(_flavor), Token))[0].Id;

        (await _letters.DropAsync("case-management", [id], "ops", Token)).ShouldBe(1);

        (await _letters.RequestReplayAsync("case-management", [id], "ops", Token)).ShouldBe(0);
        (await _letters.FindAsync("case-management", id, Token))!.Status.ShouldBe(DeadLetterStatus.Dropped);
        (await _letters.ParkAsync(letter, Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task With_the_database_away_nobody_is_told_that_a_letter_was_kept()
    {
        await using var proxy = PostgresProxy.Start(database.Database.Server);
        await using var storage = TestStorage.Connect(proxy.ConnectionString(database.Database.Name));
        var letters = storage.Services.GetRequiredService<IDeadLetters>();
        var letter = DeadLetter.About(Record(Guid.CreateVersion7(), 1), _flavor, DeadLetterReason.HandlerFailed, "no", 1);
        await letters.ParkAsync(letter, Token);
        proxy.Refusing = true;

        await Should.ThrowAsync<StorageUnavailableException>(() => letters.ParkAsync(letter with { EventId = Guid.CreateVersion7() }, Token).AsTask());
    }

    private static EventRecord Record(Guid stream, long version) => new()
    {
        Tenant = "case-management",
        OrgId = Guid.CreateVersion7(),
        StreamType = "case",
        StreamId = stream,
        Version = version,
        EventId = Guid.CreateVersion7(),
        Type = "case.title_changed",
        Schema = 1,
        Payload = """{"from":"a","to":"b"}""",
        Actor = Actor.User(Guid.CreateVersion7()),
        CorrelationId = "request-1",
        CausationId = "cause",
        TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        OccurredAt = new DateTimeOffset(2026, 5, 1, 8, 0, 0, TimeSpan.Zero),
        RecordedAt = new DateTimeOffset(2026, 5, 1, 8, 0, 1, TimeSpan.Zero),
        Epoch = 1,
        Tx = 700,
        Seq = 42,
    };
}
