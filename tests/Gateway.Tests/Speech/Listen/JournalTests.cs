using System.Buffers.Binary;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Speech.Listen;
using Switchboard.Gateway.Speech.Listen.Journal;
using Switchboard.Speech;
using Switchboard.Testing;
using Switchboard.Testing.Speech;

namespace Switchboard.Gateway.Tests.Speech.Listen;

/// <summary>What a killed process leaves behind is metered by the next one on the same folder, and once.</summary>
public sealed class JournalTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sbjournal").FullName;
    private int _copies;

    private string First => Path.Combine(_root, "first");

    [Theory]
    [InlineData("")]
    [InlineData("&resume=true")]
    public async Task What_a_killed_process_accepted_and_had_not_reported_is_metered_by_the_next_and_once(string more)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        var world = new SpeechWorld();
        await using var first = await StartAsync(engine, world, First, new FakeTimeProvider());
        using var client = await SpeakAsync(first, more);
        world.MeteredMilliseconds.ShouldBe(0); // its clock stands still: it reports nothing

        await RecoverAsync(engine, world);
        world.MeteredMilliseconds.ShouldBe(2500);
        world.Rows[client.SessionId].AcceptedMilliseconds.ShouldBe(2500);
        await RecoverAsync(engine, world);
        world.MeteredMilliseconds.ShouldBe(2500);

        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();
        await Poll.UntilAsync(() => world.Rows[client.SessionId].Settled);
        world.MeteredMilliseconds.ShouldBe(2500);
    }

    [Fact]
    public async Task A_container_is_metered_by_what_the_engine_had_heard()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        var world = new SpeechWorld();
        await using var first = await StartAsync(engine, world, First, new FakeTimeProvider());
        using var client = await LiveClient.ConnectAsync(first, "");
        await client.SpeakAsync(0, 25);
        await client.UntilAsync(static message => message.GetProperty("start").GetDouble() >= 1);

        await RecoverAsync(engine, world);

        world.MeteredMilliseconds.ShouldBe(2000);
    }

    [Fact]
    public async Task A_session_that_was_ended_meanwhile_is_metered_all_the_same()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        var world = new SpeechWorld();
        await using var first = await StartAsync(engine, world, First, new FakeTimeProvider());
        using var client = await SpeakAsync(first);
        await GrainOf(first, client).SettleAsync(DateTimeOffset.MaxValue, TestContext.Current.CancellationToken);
        var ended = world.Rows[client.SessionId];
        (ended.State, ended.Settled, ended.AcceptedMilliseconds).ShouldBe((SessionState.Ended, true, 0));

        await RecoverAsync(engine, world);

        world.MeteredMilliseconds.ShouldBe(2500);
        world.Requests[client.SessionId].Milliseconds.ShouldBe(2500);
        (world.Rows[client.SessionId].Settled, world.Rows[client.SessionId].Code).ShouldBe((true, ended.Code));
    }

    [Theory]
    [InlineData(22, 2500)]
    [InlineData(40, 4000)]
    public async Task A_session_that_went_on_elsewhere_is_metered_to_the_furthest_point_once(int until, int milliseconds)
    {
        await using var engine = await ScriptedEngine.StartAsync();
        var world = new SpeechWorld();
        await using var first = await StartAsync(engine, world, First, new FakeTimeProvider());
        using var client = await SpeakAsync(first, "&resume=true");
        await using var second = await SpeechServer.StartAsync([engine.Address], world);
        using var again = await LiveClient.ConnectAsync(
            second, $"{LiveClient.Raw}&resume=true&session_id={client.SessionId}&offset={20 * TestAudio.BlockBytes}");
        await again.SpeakAsync(20, until - 20);
        await again.SayAsync("""{"type":"CloseStream"}""");
        await again.ReadToEndAsync();
        await Poll.UntilAsync(() => world.Rows[client.SessionId].Settled);
        world.MeteredMilliseconds.ShouldBe(until * 100);

        await RecoverAsync(engine, world);

        world.MeteredMilliseconds.ShouldBe(milliseconds);
    }

    [Fact]
    public async Task A_process_that_lost_its_session_to_another_meters_what_it_had_accepted()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        var world = new SpeechWorld();
        await using var first = await StartAsync(engine, world, First, new FakeTimeProvider());
        using var client = await SpeakAsync(first, "&resume=true");
        (await GrainOf(first, client).TakeOverAsync(TestContext.Current.CancellationToken)).Value!.Epoch.ShouldBe(2);

        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();

        await Poll.UntilAsync(() => world.MeteredMilliseconds == 2500);
        world.Rows[client.SessionId].State.ShouldBe(SessionState.Interrupted);
    }

    [Fact]
    public async Task What_could_not_be_written_at_the_end_is_metered_when_the_database_is_back()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        var (world, time) = (new SpeechWorld(), new FakeTimeProvider());
        await using var server = await StartAsync(engine, world, First, time);
        using var client = await SpeakAsync(server);
        var session = server.Sessions.Find(world.Caller.OrgId, client.SessionId)!;

        world.IsAway = true;
        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();
        await UntilAsync(() => session.Finished.IsCompleted);
        world.MeteredMilliseconds.ShouldBe(0);
        world.IsAway = false;

        await UntilAsync(() => world.MeteredMilliseconds == 2500);

        Task UntilAsync(Func<bool> holds) => Poll.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return holds();
        });
    }

    [Fact]
    public async Task The_journal_of_a_process_that_lives_is_left_alone_and_one_that_ends_well_leaves_none()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        var world = new SpeechWorld();
        var first = await StartAsync(engine, world, First, new FakeTimeProvider());
        using var client = await SpeakAsync(first);

        await using (var second = await StartAsync(engine, world, First))
        {
            Directory.GetFiles(First).Length.ShouldBe(2);
            (await RecoveryOf(second).RecoverAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
            world.MeteredMilliseconds.ShouldBe(0);
        }

        Directory.GetFiles(First).Length.ShouldBe(1);
        await client.SayAsync("""{"type":"CloseStream"}""");
        await client.ReadToEndAsync();
        await Poll.UntilAsync(() => world.Rows[client.SessionId].Settled);
        await first.DisposeAsync();
        Directory.GetFiles(First).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_another_version_wrote_is_left_and_what_is_no_journal_harms_nobody()
    {
        await using var engine = await ScriptedEngine.StartAsync();
        var world = new SpeechWorld();
        await using (var first = await StartAsync(engine, world, First, new FakeTimeProvider()))
        {
            using var client = await SpeakAsync(first);
            Copy();
        }

        var folder = Path.Combine(_root, "1");
        var whole = await File.ReadAllBytesAsync(Directory.GetFiles(folder).Single(), TestContext.Current.CancellationToken);
        JournalFile.Read(whole)!.Count.ShouldBe(1);
        var newer = whole.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(newer.AsSpan(8), JournalFile.Version + 1);
        JournalFile.Read(newer).ShouldBeNull();
        var torn = whole.ToArray();
        torn[JournalSlot.Size]++; // a bit of whose session it is
        JournalFile.Read(torn)!.ShouldBeEmpty();
        JournalFile.Read(new byte[whole.Length])!.ShouldBeEmpty();
        JournalFile.Read(whole.AsSpan(0, JournalSlot.Size + 5))!.ShouldBeEmpty();
        JournalFile.Read([])!.ShouldBeEmpty();

        Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, "live-newer.journal"), newer, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(folder, "live-torn.journal"), torn, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(folder, "live-unfinished.journal"), [], TestContext.Current.CancellationToken);
        var metered = world.MeteredMilliseconds;
        await using var next = await StartAsync(engine, world, folder);
        await Poll.UntilAsync(() => Directory.GetFiles(folder).Length == 2);

        Directory.GetFiles(folder).Select(Path.GetFileName).ShouldContain("live-newer.journal");
        world.MeteredMilliseconds.ShouldBe(metered);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_told_with_the_setting()
    {
        var file = Path.Combine(_root, "file");
        File.WriteAllText(file, "");

        var refused = Should.Throw<OptionsValidationException>(
            () => new SessionJournal(Options.Create(new ListenOptions { JournalFolder = Path.Combine(file, "under") })));

        refused.Message.ShouldContain("Speech:Listen:JournalFolder");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static async Task<LiveClient> SpeakAsync(SpeechServer server, string more = "")
    {
        var client = await LiveClient.ConnectAsync(server, LiveClient.Raw + more);
        await client.SpeakAsync(0, 25);
        await Poll.UntilAsync(
            () => server.Sessions.Find(server.World.Caller.OrgId, client.SessionId)!.Audio.Written == 25 * TestAudio.BlockBytes);
        return client;
    }

    private static ITranscriptionSessionGrain GrainOf(SpeechServer server, LiveClient client) =>
        server.Grains.GetGrain<ITranscriptionSessionGrain>(GrainKeys.Of(server.World.Caller.OrgId, client.SessionId));

    private static JournalRecovery RecoveryOf(SpeechServer server) =>
        server.Services.GetServices<IHostedService>().OfType<JournalRecovery>().Single();

    private static Task<SpeechServer> StartAsync(ScriptedEngine engine, SpeechWorld world, string folder, TimeProvider? time = null) =>
        SpeechServer.StartAsync(
            [engine.Address],
            world,
            services => services.AddSingleton(time ?? TimeProvider.System),
            ("Speech:Listen:JournalFolder", folder));

    /// <summary>A process on the folder as a kill leaves it; over when it has done all there was to do.</summary>
    private async Task RecoverAsync(ScriptedEngine engine, SpeechWorld world)
    {
        var folder = Copy();
        await using var next = await StartAsync(engine, world, folder);
        await Poll.UntilAsync(() => Directory.GetFiles(folder).Length == 1); // its own
    }

    /// <summary>Copies the journals as a kill leaves them: nobody locks the copies.</summary>
    private string Copy()
    {
        var folder = Path.Combine(_root, $"{++_copies}");
        Directory.CreateDirectory(folder);
        foreach (var path in Directory.GetFiles(First))
        {
            // A program that knows nothing of locks.
            using var copying = Process.Start("cp", [path, folder]);
            copying.WaitForExit();
            copying.ExitCode.ShouldBe(0);
        }

        return folder;
    }
}
