using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Switchboard.Commands;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.EventStore;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.EventStore;

public sealed class IdempotencySweepTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly Guid _org = Guid.CreateVersion7();
    private TestDatabase _database = null!;
    private TestStorage _storage = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IdempotencySweep Sweep => _storage.Services.GetServices<IHostedService>().OfType<IdempotencySweep>().Single();

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _storage = TestStorage.Connect(_database, _time);
    }

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task An_answer_is_kept_for_a_day_and_deleted_after_the_retention_time()
    {
        await KeepAsync("early");
        _time.Advance(TimeSpan.FromHours(2));
        await KeepAsync("late");

        _time.Advance(TimeSpan.FromHours(22) + TimeSpan.FromMinutes(1));
        (await Sweep.SweepAsync(Token)).ShouldBe(0);

        _time.Advance(TimeSpan.FromHours(1));
        (await Sweep.SweepAsync(Token)).ShouldBe(1);
        (await _storage.Store.FindAnswerAsync(_org, "early", Token)).ShouldBeNull();
        (await _storage.Store.FindAnswerAsync(_org, "late", Token)).ShouldNotBeNull();

        // The key is free again.
        await KeepAsync("early");
    }

    [Fact]
    public async Task More_answers_than_a_piece_holds_are_deleted_in_one_sweep()
    {
        await _database.ExecuteAsync(
            $"insert into idempotency_key select '{_org}', 'key ' || n, 'hash', '[]', '2020-01-01' from generate_series(1, 2500) n");

        (await Sweep.SweepAsync(Token)).ShouldBe(2500);
    }

    private async Task KeepAsync(string key)
    {
        var request = new AppendRequest(
            new StreamName(_org, "case", Guid.CreateVersion7()), 0, [], [], new EventMetadata(Actor.System, "r"), new StoredAnswer(_org, key, "hash", "{}"));
        (await _storage.Store.AppendAsync(request, Token)).Status.ShouldBe(AppendStatus.Appended);
    }
}
