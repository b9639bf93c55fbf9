using Microsoft.Extensions.DependencyInjection;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Limits;
using Switchboard.Orgs;
using Switchboard.Storage.Speech.Redis;
using Switchboard.Testing.Postgres;
using Switchboard.Testing.Redis;

namespace Switchboard.Storage.Tests.Speech;

public sealed class RedisTests : IAsyncLifetime
{
    private readonly Guid _org = Guid.CreateVersion7();
    private TestDatabase _database = null!;
    private TestRedis _redis = null!;
    private TestStorage _storage = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ISharedKeys Shared => _storage.Services.GetRequiredService<ISharedKeys>();

    private KeySync Sync => _storage.Services.GetRequiredService<KeySync>();

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _redis = await TestRedis.StartAsync();
        _storage = Connect();
    }

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        await _redis.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task An_empty_Redis_is_filled_and_changes_follow()
    {
        var key = await NewKeyAsync();
        (await Sync.SyncAsync(Token)).ShouldBeTrue();
        var found = (await Shared.FindAsync(key, Token))!;
        found.OrgId.ShouldBe(_org);
        found.Tags.ShouldBe(["a"]);
        (await _redis.SendAsync($"SISMEMBER org:{_org}:api_keys {key}")).ShouldBe(":1");

        await RevokeAsync(key);
        var second = await NewKeyAsync();
        await _storage.Services.GetRequiredService<ISpeechLimits>().SetAsync(_org, new(Live: 7, SecondsPerMonth: 5_000_000_000), Token);
        await Sync.SyncAsync(Token);

        (await Shared.FindAsync(key, Token))!.RevokedAt.ShouldNotBeNull();
        (await Shared.FindAsync(second, Token)).ShouldNotBeNull();
        (await _redis.SendAsync($"HLEN org:{_org}:limits")).ShouldBe(":3", "version, live, seconds_per_month");
    }

    [Fact]
    public async Task An_older_state_does_not_cover_a_newer_one()
    {
        var key = await NewKeyAsync();
        await Sync.SyncAsync(Token);
        var old = (await Shared.FindAsync(key, Token))!;
        await RevokeAsync(key);
        await Sync.SyncAsync(Token);

        Shared.Keep(old);
        Shared.Keep(old with { Id = Guid.NewGuid(), Hash = new string('b', 64) });
        await UntilAsync(async () => await Shared.FindAsync(new string('b', 64), Token) is not null);

        (await Shared.FindAsync(key, Token))!.RevokedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task What_is_not_there_or_not_understood_is_not_known()
    {
        await Sync.SyncAsync(Token);
        var hash = new string('c', 64);
        (await Shared.FindAsync(hash, Token)).ShouldBeNull();
        await _redis.SendAsync($"HSET apikey:{hash} version 1 state rubbish");

        (await Shared.FindAsync(hash, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_Redis_that_was_emptied_is_filled_again()
    {
        var key = await NewKeyAsync();
        await Sync.SyncAsync(Token);
        await _redis.SendAsync("FLUSHALL");
        (await Shared.FindAsync(key, Token)).ShouldBeNull();

        await Sync.SyncAsync(Token);

        (await Shared.FindAsync(key, Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_Redis_that_is_away_knows_nothing_and_is_brought_up_to_date_when_it_is_back()
    {
        var key = await NewKeyAsync();
        await Sync.SyncAsync(Token);
        await _redis.StopAsync();
        await UntilAsync(async () => await Shared.FindAsync(key, Token) is null);
        await RevokeAsync(key);

        await _redis.StartAgainAsync();

        await UntilAsync(async () => await TrySyncAsync() && await Shared.FindAsync(key, Token) is { RevokedAt: not null });
    }

    [Fact]
    public async Task Where_none_ever_was_nobody_waits_for_it()
    {
        await _redis.StopAsync();
        await using var storage = Connect();

        (await storage.Services.GetRequiredService<ISharedKeys>().FindAsync(new string('a', 64), Token)).ShouldBeNull();
        await Should.ThrowAsync<StorageUnavailableException>(() => storage.Services.GetRequiredService<IKeySeeder>().SeedAsync(null, Token));
    }

    [Fact]
    public async Task One_organisation_is_filled_by_itself_over_what_is_there()
    {
        var key = await NewKeyAsync();
        var foreign = await NewKeyAsync(Guid.CreateVersion7());
        await _redis.SendAsync($"HSET apikey:{key} version 99 state rubbish");

        (await _storage.Services.GetRequiredService<IKeySeeder>().SeedAsync(_org, Token)).ShouldBe(new SeedResult(1, 0));

        (await Shared.FindAsync(key, Token)).ShouldNotBeNull();
        (await Shared.FindAsync(foreign, Token)).ShouldBeNull();
        (await _storage.Services.GetRequiredService<IKeySeeder>().SeedAsync(null, Token)).Keys.ShouldBe(2);
    }

    [Fact]
    public async Task After_a_restore_of_the_database_everything_is_filled_anew()
    {
        var key = await NewKeyAsync();
        await Sync.SyncAsync(Token);
        await _database.ExecuteAsync($"update store_epoch set epoch = epoch + 1; update access_key set name = 'restored', version = 1 where hash = '{key}'; delete from access_change");

        await Sync.SyncAsync(Token);

        (await Shared.FindAsync(key, Token))!.Name.ShouldBe("restored");
    }

    [Fact]
    public async Task Nothing_of_a_keys_text_is_in_Redis()
    {
        var key = await NewKeyAsync();
        await Sync.SyncAsync(Token);

        (await Shared.FindAsync(key, Token))!.ToString().ShouldContain(key);
        (await _redis.SendAsync("KEYS *secret*")).ShouldBe("*0");
    }

    private TestStorage Connect() => TestStorage.Connect(_database, null, ("Redis:Connection", _redis.Connection), ("Redis:Patience", "00:00:05"));

    private async Task<bool> TrySyncAsync()
    {
        try
        {
            return await Sync.SyncAsync(Token);
        }
        catch (Exception error) when (RedisConnection.IsLost(error))
        {
            return false;
        }
    }

    private async Task<string> NewKeyAsync(Guid? org = null)
    {
        var hash = $"{Guid.NewGuid():N}{Guid.NewGuid():N}";
        await _database.ExecuteAsync(
            $"""
            insert into access_key (id, org_id, version, kind, hash, prefix, last4, name, scopes, disabled, created_at, tags)
            values ('{Guid.CreateVersion7()}', '{org ?? _org}', 1, {(int)KeyKind.Api}, '{hash}', 'org_', 'wxyz', 'test', array['usage:write'], false, now(), array['a'])
            """);
        return hash;
    }

    private Task<object?> RevokeAsync(string hash) =>
        _database.ExecuteAsync($"update access_key set version = version + 1, revoked_at = now() where hash = '{hash}'");

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await holds())
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
