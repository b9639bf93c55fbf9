using Switchboard.Gateway.Access;
using Switchboard.Testing;

namespace Switchboard.Gateway.Tests.Access;

public sealed class RefreshingCacheTests : IDisposable
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly RefreshingCache<int, string> _cache;
    private Func<int, ValueTask<string?>> _load = static key => new ValueTask<string?>($"value {key}");
    private int _loads;

    public RefreshingCacheTests() => _cache = new RefreshingCache<int, string>(
        (key, _) =>
        {
            Interlocked.Increment(ref _loads);
            return _load(key);
        },
        new CacheBounds(TimeToLive, Known: 8, Absent: 4, ConcurrentLoads: 2),
        _time);

    [Fact]
    public async Task A_value_is_loaded_once_while_it_is_young()
    {
        (await GetAsync(1)).ShouldBe("value 1");
        _time.Advance(TimeToLive / 2);
        (await GetAsync(1)).ShouldBe("value 1");

        _loads.ShouldBe(1);
    }

    [Fact]
    public async Task A_value_of_full_age_is_loaded_before_it_is_used()
    {
        await GetAsync(1);
        _load = static _ => new ValueTask<string?>("changed");
        _time.Advance(TimeToLive);

        (await GetAsync(1)).ShouldBe("changed");
    }

    [Fact]
    public async Task A_busy_value_is_loaded_again_in_the_background_before_it_is_too_old()
    {
        await GetAsync(1);
        _load = static _ => new ValueTask<string?>("changed");
        _time.Advance(TimeToLive * 0.6);

        (await GetAsync(1)).ShouldBe("value 1");
        (await GetAsync(1)).ShouldBe("changed");
        _loads.ShouldBe(2);
    }

    [Fact]
    public async Task The_age_counts_from_before_the_load()
    {
        var release = new TaskCompletionSource<string?>();
        _load = _ => new ValueTask<string?>(release.Task);
        var first = GetAsync(1);
        _time.Advance(TimeToLive);
        release.SetResult("seen a second ago");
        (await first).ShouldBe("seen a second ago");

        _load = static _ => new ValueTask<string?>("now");
        (await GetAsync(1)).ShouldBe("now");
    }

    [Fact]
    public async Task An_absence_is_remembered_and_forgotten_like_a_value()
    {
        _load = static _ => default;
        (await GetAsync(1)).ShouldBeNull();
        (await GetAsync(1)).ShouldBeNull();
        _loads.ShouldBe(1);

        _load = static _ => new ValueTask<string?>("there it is");
        _time.Advance(TimeToLive);
        (await GetAsync(1)).ShouldBe("there it is");
    }

    [Fact]
    public async Task A_flood_of_unknown_keys_displaces_no_known_one_and_stays_bounded()
    {
        await GetAsync(1);
        _load = static _ => default;
        for (var key = 100; key < 200; key++)
        {
            await GetAsync(key);
        }

        _cache.Count.ShouldBeLessThanOrEqualTo(8 + 4);
        _loads = 0;
        (await GetAsync(1)).ShouldBe("value 1");
        _loads.ShouldBe(0);
    }

    [Fact]
    public async Task A_full_cache_drops_its_oldest_values()
    {
        for (var key = 0; key < 30; key++)
        {
            await GetAsync(key);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        _cache.Count.ShouldBeLessThanOrEqualTo(8);
        _loads = 0;
        await GetAsync(29);
        _loads.ShouldBe(0);
        await GetAsync(0);
        _loads.ShouldBe(1);
    }

    [Fact]
    public async Task A_failed_load_fails_its_waiters_and_is_not_remembered()
    {
        _load = static _ => throw new InvalidOperationException("no database");
        await Should.ThrowAsync<InvalidOperationException>(() => GetAsync(1));

        _load = static _ => new ValueTask<string?>("back");
        (await GetAsync(1)).ShouldBe("back");
    }

    [Fact]
    public async Task A_failed_background_load_leaves_the_value_until_its_time_is_over()
    {
        await GetAsync(1);
        _load = static _ => throw new InvalidOperationException("no database");
        _time.Advance(TimeToLive * 0.6);
        (await GetAsync(1)).ShouldBe("value 1");
        (await GetAsync(1)).ShouldBe("value 1");

        _time.Advance(TimeToLive);
        await Should.ThrowAsync<InvalidOperationException>(() => GetAsync(1));
    }

    [Fact]
    public async Task A_change_made_here_is_seen_at_once_even_if_an_older_load_ends_after_it()
    {
        var release = new TaskCompletionSource<string?>();
        _load = _ => new ValueTask<string?>(release.Task);
        var slow = GetAsync(1);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _cache.Put(1, "new");
        release.SetResult("old");
        await slow;

        (await GetAsync(1)).ShouldBe("new");
    }

    [Fact]
    public async Task A_waiter_that_gives_up_does_not_stop_the_load_for_the_others()
    {
        var release = new TaskCompletionSource<string?>();
        _load = _ => new ValueTask<string?>(release.Task);
        using var impatience = new CancellationTokenSource();
        var impatient = _cache.GetAsync(1, impatience.Token).AsTask();
        var patient = GetAsync(1);
        await impatience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => impatient);
        release.SetResult("late");

        (await patient).ShouldBe("late");
        _loads.ShouldBe(1);
    }

    public void Dispose() => _cache.Dispose();

    private Task<string?> GetAsync(int key) => _cache.GetAsync(key, TestContext.Current.CancellationToken).AsTask();
}
