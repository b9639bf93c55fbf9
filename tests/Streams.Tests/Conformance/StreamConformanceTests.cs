namespace Switchboard.Streams.Tests.Conformance;

/// <summary>What every transport promises to handlers.</summary>
public abstract class StreamConformanceTests : IAsyncLifetime
{
    private readonly int _seed = Random.Shared.Next();
    private StreamSite _site = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private Recorder Recorder => _site.Recorder;

    public async ValueTask InitializeAsync()
    {
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {_seed}");
        _site = await CreateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Every_event_comes_and_those_of_a_stream_in_order()
    {
        var records = new Records(40, _seed);
        await _site.StartAsync();

        for (var batch = 0; batch < 10; batch++)
        {
            await _site.WriteAsync(records.Next(100));
        }

        await Recorder.WaitForAsync(1000, Token);
        ShouldBeInOrder(records);
    }

    [Fact]
    public async Task An_event_whose_handler_fails_comes_again_before_the_next_of_its_stream()
    {
        var records = new Records(2, _seed);
        var mine = Enumerable.Range(0, 5).Select(_ => records.NextOf(0)).ToArray();
        var others = Enumerable.Range(0, 5).Select(_ => records.NextOf(1)).ToArray();
        Recorder.Failures[mine[2].EventId] = 3;
        await _site.StartAsync();

        await _site.WriteAsync([.. mine, .. others]);

        await Recorder.WaitForAsync(10, Token);
        Recorder.VersionsOf(records.Streams[0]).ShouldBe([1, 2, 3, 3, 3, 3, 4, 5]);
        Recorder.VersionsOf(records.Streams[1]).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task A_slow_stream_holds_up_nobody_else()
    {
        var records = new Records(20, _seed);
        Recorder.Slow.Add(records.Streams[0]);
        await _site.StartAsync();
        var written = records.Next(500);

        await _site.WriteAsync(written);

        var ofOthers = written.Count(record => record.StreamId != records.Streams[0]);
        await Recorder.WaitForAsync(ofOthers, Token);
        Recorder.VersionsOf(records.Streams[0]).ShouldBeEmpty();
        Recorder.Release();
        await Recorder.WaitForAsync(500, Token);
        ShouldBeInOrder(records);
    }

    [Fact]
    public async Task Reading_goes_on_where_an_orderly_stop_left_it()
    {
        Assert.SkipUnless(_site.Durable, "Nothing outlives the silo.");
        var records = new Records(10, _seed);
        var first = await _site.StartAsync();
        await _site.WriteAsync(records.Next(200));
        await Recorder.WaitForAsync(200, Token);
        await _site.StopAsync(first);
        await _site.WriteAsync(records.Next(100));

        await _site.StartAsync();

        await Recorder.WaitForAsync(300, Token);
        Recorder.Deliveries.ShouldBe(300);
        ShouldBeInOrder(records);
    }

    [Fact]
    public async Task A_stop_in_the_middle_loses_nothing()
    {
        Assert.SkipUnless(_site.Durable, "Nothing outlives the silo.");
        var records = new Records(30, _seed);
        Recorder.Pause = TimeSpan.FromMilliseconds(5);
        await _site.WriteAsync(records.Next(1000));
        var first = await _site.StartAsync();
        await Recorder.WaitForAsync(100, Token);
        await _site.StopAsync(first);
        Recorder.Distinct.ShouldBeLessThan(1000);

        Recorder.Pause = TimeSpan.Zero;
        await _site.StartAsync();

        await Recorder.WaitForAsync(1000, Token);
        ShouldBeInOrder(records);
    }

    [Fact]
    public async Task A_rewind_brings_everything_again_in_order()
    {
        Assert.SkipUnless(_site.Durable, "There is nothing to go back to.");
        var records = new Records(10, _seed);
        await _site.StartAsync();
        await _site.WriteAsync(records.Next(200));
        await Recorder.WaitForAsync(200, Token);
        Recorder.Forget();

        await _site.RewindAsync();

        await Recorder.WaitForAsync(200, Token);
        ShouldBeInOrder(records);
        await _site.WriteAsync(records.Next(50));
        await Recorder.WaitForAsync(250, Token);
        ShouldBeInOrder(records);
    }

    [Fact]
    public async Task A_poison_record_stops_nothing()
    {
        Assert.SkipUnless(_site.Durable, "Only objects go through memory.");
        var records = new Records(5, _seed);
        await _site.StartAsync();
        await _site.WriteAsync(records.Next(50));

        await _site.WritePoisonAsync();
        await _site.WriteAsync(records.Next(50));

        await Recorder.WaitForAsync(100, Token);
        ShouldBeInOrder(records);
    }

    [Fact]
    public async Task Queues_go_from_one_owner_to_another_without_loss()
    {
        Assert.SkipUnless(_site.Durable, "Memory belongs to one silo.");
        var records = new Records(20, _seed);
        var silo = await _site.StartAsync();
        var written = 0;
        for (var round = 0; round < 3; round++)
        {
            await _site.WriteAsync(records.Next(100));
            written += 100;
            var next = await _site.StartAsync();
            await _site.WriteAsync(records.Next(100));
            written += 100;
            await _site.StopAsync(silo);
            silo = next;
        }

        await Recorder.WaitForAsync(written, Token);
        ShouldBeInOrder(records);
    }

    [Fact]
    public async Task More_partitions_lose_nothing()
    {
        Assert.SkipUnless(_site.Durable, "Memory has the queues that it has.");
        var records = new Records(20, _seed);
        var silo = await _site.StartAsync();
        await _site.WriteAsync(records.Next(200));
        await Recorder.WaitForAsync(200, Token);
        await _site.StopAsync(silo);
        await _site.GrowAsync();

        await _site.StartAsync();
        await _site.WriteAsync(records.Next(200));

        await Recorder.WaitForAsync(400, Token);
        ShouldBeInOrder(records);
    }

    [Fact]
    public async Task A_record_of_five_megabytes_comes_like_any_other()
    {
        var records = new Records(2, _seed);
        await _site.StartAsync();
        await _site.WriteAsync([records.NextOf(0), records.NextOf(0, padding: 5_000_000), records.NextOf(0), records.NextOf(1)]);

        await Recorder.WaitForAsync(4, Token);
        ShouldBeInOrder(records);
    }

    protected abstract Task<StreamSite> CreateAsync();

    /// <summary>Repetitions are allowed; what came before all earlier ones is not.</summary>
    private void ShouldBeInOrder(Records records)
    {
        foreach (var stream in records.Streams)
        {
            var highest = 0L;
            foreach (var version in Recorder.VersionsOf(stream))
            {
                version.ShouldBeLessThanOrEqualTo(highest + 1, $"seed {_seed}, stream {stream}: {string.Join(' ', Recorder.VersionsOf(stream))}");
                highest = Math.Max(highest, version);
            }
        }
    }
}
